package io.firstline.service;

import io.firstline.bus.Addresses;
import io.firstline.config.feed.FeedConfig;
import io.firstline.deploy.node.StatusKeys;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs the whole program against the embedded exchange: the first command that a new user tries. Reads the merged
 * stream from the event bus like any consumer and compares it with what the exchange sent.
 */
@Command(
        name = "demo",
        description =
                "Runs a pool of redundant connections, one of them bad, against the embedded exchange, and counts what its other connections healed.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every message arrived exactly once",
            "1:a message was lost or arrived twice",
            "2:bad input: nothing was started"
        })
final class DemoCommand implements Callable<Integer> {
    private static final long START_SECONDS = 30;
    private static final long STATUS_SECONDS = 5;
    /** The pool counts a loss when a message is two seconds old. */
    private static final Duration SETTLING = Duration.ofMillis(2_100);

    private static final Duration DRAIN = Duration.ofSeconds(3);

    @Parameters(
            paramLabel = "CONFIG",
            arity = "0..1",
            description = "a configuration with a simulator section; default: conf/config.json of the installation")
    private Path file;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "how long: 500ms, 10s, 2m; default ${DEFAULT-VALUE}",
            defaultValue = "10s")
    private Duration duration;

    @Option(
            names = "--venue",
            paramLabel = "VENUE",
            description =
                    "whose protocol the embedded exchange and the feed speak: binance-spot (default), binance-usdm, bybit-linear, bybit-spot, kraken-v2, okx")
    private String venue;

    @Mixin
    private HttpPort httpPort;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.prepare(httpPort.appliedTo(
                        venue == null ? ConfigFiles.read(file) : DemoVenue.configuration(file, venue)))) {
            if (service.simulator() == null) {
                throw new BadInputException((file == null ? "conf/config.json" : file)
                        + ": found no \"simulator\" section, which the demo needs");
            }
            service.config().summary().forEach(out::println);
            httpPort.serve(service, out);
            out.println();
            FeedConfig feed = service.config().feeds().get(0);
            DemoFigures figures = new DemoFigures();
            consume(service.onVertx(), feed, figures);
            service.simulator().pauseEmission();
            RunningService.await(service.deploy(), START_SECONDS);
            awaitSubscribed(service.simulator(), feed.connections());
            service.simulator().resumeEmission();
            long start = System.nanoTime();
            boolean stopped = false;
            for (int second = 1; !stopped && TimeUnit.SECONDS.toNanos(second) <= duration.toNanos(); second++) {
                stopped = isAsked(shutdown, start + TimeUnit.SECONDS.toNanos(second));
                out.println(figures.line(second, status(service.onVertx(), feed.name())));
                out.flush();
            }
            if (!stopped) {
                isAsked(shutdown, start + duration.toNanos());
            }
            service.simulator().pauseEmission();
            JsonObject status = drained(service, feed.name());
            long sent = service.simulator().emitted().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            out.println();
            figures.summary(status, sent).forEach(out::println);
            out.flush();
            return figures.isExact(status, sent) ? Main.OK : Main.FAILED;
        }
    }

    /** Waits until an instant of the monotonic clock; returns true if a signal arrived first. */
    private static boolean isAsked(Shutdown shutdown, long untilNanos) throws InterruptedException {
        try {
            shutdown.asked().get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException goesOn) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void consume(Vertx vertx, FeedConfig feed, DemoFigures figures) {
        RunningService.await(
                vertx.eventBus()
                        .<FeedMessage>localConsumer(
                                Addresses.feed(feed.name()), message -> figures.received(message.body()))
                        .completion(),
                STATUS_SECONDS);
    }

    private static JsonObject status(Vertx vertx, String feed) {
        return RunningService.await(
                vertx.eventBus()
                        .<JsonObject>request(Addresses.command(feed), new JsonObject().put("do", "status"))
                        .map(Message::body),
                STATUS_SECONDS);
    }

    /**
     * Waits until all connections are subscribed, at most three seconds: nobody receives what is sent before, and a
     * connection that begins later than the others does not lead at once.
     */
    private static void awaitSubscribed(ExchangeSimulator exchange, int connections) throws InterruptedException {
        long deadline = System.nanoTime() + DRAIN.toNanos();
        while (System.nanoTime() < deadline
                && exchange.lines().stream()
                                .filter(line -> !line.streams().isEmpty())
                                .count()
                        < connections) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Waits for messages that were in flight when the exchange paused, at most three seconds. */
    private static JsonObject drained(RunningService service, String feed) throws InterruptedException {
        long deadline = System.nanoTime() + DRAIN.toNanos();
        long settled = System.nanoTime() + SETTLING.toNanos();
        JsonObject status = status(service.onVertx(), feed);
        while (System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(250);
            JsonObject later = status(service.onVertx(), feed);
            boolean quiet = later.getLong(StatusKeys.COPIES).equals(status.getLong(StatusKeys.COPIES));
            status = later;
            if (quiet && System.nanoTime() - settled > 0) {
                break;
            }
        }
        return status;
    }
}
