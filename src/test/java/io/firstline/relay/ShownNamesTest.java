package io.firstline.relay;

import io.firstline.bus.FeedSink;
import io.firstline.config.feed.FeedConfig;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Messages do not show the parameters with which a stream was subscribed. */
class ShownNamesTest extends RelayTestBase {
    @Test
    void shouldSendAStreamThatWasSubscribedWithParameters() {
        open(LOCAL);
        FeedSink kraken = relay.sink(FeedConfig.fromJson(new JsonObject()
                .put("name", "kraken")
                .put("venue", "kraken-v2")
                .put("url", "ws://127.0.0.1:1/")
                .put("streams", new JsonArray().add("ticker BTC/USD bbo"))));
        Reader reader = reader("/v2");

        reader.socket.writeTextMessage(
                "{\"method\":\"subscribe\",\"params\":{\"channel\":\"ticker\",\"event_trigger\":\"bbo\",\"symbol\":[\"BTC/USD\"]}}");
        eventually(
                () -> reader.payloads.stream().anyMatch(text -> text.toString().contains("\"success\":true")));
        kraken.publish(new FeedMessage(
                "kraken", 0, 1, "kraken-1", 1, "ticker BTC/USD", 0, Buffer.buffer("{\"a\":\"ticker\"}"), true, false));

        eventually(() -> reader.payloads.contains(Buffer.buffer("{\"a\":\"ticker\"}")));
    }
}
