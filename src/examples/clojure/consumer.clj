(ns consumer
  "Clojure: a reduction over the feed; what is expected next is its only state."
  (:import (io.firstline.stream FeedMessage)
           (io.vertx.core Handler Vertx)
           (io.vertx.core.eventbus Message)))

(defn- step [expected ^FeedMessage message]
  (let [sequence (.sequence message)]
    (when (and (pos? expected) (> sequence expected))
      (binding [*out* *err*] (println "missed" (- sequence expected))))
    (println (str sequence (when (.late message) " late") " " (.asText message)))
    (inc sequence)))

(defn start [^Vertx vertx]
  (let [expected (volatile! 0)]
    (.. vertx eventBus
        (localConsumer "firstline.feed.demo"
                       (reify Handler
                         (handle [_ message] (vswap! expected step (.body ^Message message))))))))
