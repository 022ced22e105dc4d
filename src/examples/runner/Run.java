import io.firstline.deploy.PoolVerticle;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Source;

/** Runs one of the JVM examples: {@code Run LANGUAGE [URL]}, by default on the embedded exchange. */
public final class Run {
    private Run() {}

    /** Deploys the consumer first, so that it receives the first message. */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        deploy(vertx, args[0])
                .compose(consumer -> args.length > 1 ? Future.succeededFuture(args[1]) : exchange(vertx))
                .compose(url -> vertx.deployVerticle(
                        new PoolVerticle(),
                        new DeploymentOptions()
                                .setConfig(new JsonObject()
                                        .put("name", "demo")
                                        .put("url", url)
                                        .put("connections", 3))))
                .onFailure(e -> {
                    e.printStackTrace();
                    vertx.close();
                });
    }

    private static Future<String> exchange(Vertx vertx) {
        ExchangeSimulator exchange = ExchangeSimulator.create(vertx, SimulatorConfig.of().withMessagesPerSecond(100));
        return exchange.start().map(v -> exchange.url("/ws/btcusdt@trade"));
    }

    private static Future<String> deploy(Vertx vertx, String language) {
        return switch (language) {
            case "java" -> vertx.deployVerticle("Consumer");
            case "java-virtual" ->
                vertx.deployVerticle(
                        "VirtualThreadConsumer",
                        new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD));
            case "kotlin", "groovy", "scala" -> vertx.deployVerticle(language + "example.Consumer");
            case "clojure" -> vertx.deployVerticle(script(() -> clojure(vertx)));
            case "javascript" -> vertx.deployVerticle(script(() -> javascript(vertx)));
            default -> throw new IllegalArgumentException("no such example: " + language);
        };
    }

    /** A script runs on the event loop on which it is started. */
    private static Deployable script(Supplier<Object> start) {
        return new VerticleBase() {
            private Object kept;

            @Override
            public Future<?> start() {
                kept = start.get();
                return Future.succeededFuture();
            }
        };
    }

    private static Object clojure(Vertx vertx) {
        clojure.java.api.Clojure.var("clojure.core", "require").invoke(clojure.java.api.Clojure.read("consumer"));
        return clojure.java.api.Clojure.var("consumer", "start").invoke(vertx);
    }

    private static Object javascript(Vertx vertx) {
        Context js = Context.newBuilder("js")
                .allowHostAccess(HostAccess.ALL)
                .option("engine.WarnInterpreterOnly", "false")
                .build();
        js.getBindings("js").putMember("vertx", vertx);
        try {
            js.eval(Source.newBuilder("js", new File(Run.class.getResource("/consumer.js").getPath()))
                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return js;
    }
}
