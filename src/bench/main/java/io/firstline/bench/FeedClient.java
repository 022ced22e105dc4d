package io.firstline.bench;

import io.firstline.bench.Receiver.Consumer;
import io.firstline.bench.Receiver.Standing;
import io.firstline.http.Metrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * The client of a measurement: connects as requested and reports the received messages and their cost. Called by one
 * thread.
 */
final class FeedClient implements Participant {
    private static final long DRAIN_MS = 15_000;
    private static final long QUIET_MS = 2_000;

    private Vertx vertx;
    private TappedTransport transport;
    /** Null = Vert.x has no metrics. */
    private PrometheusMeterRegistry registry;

    /** Of a tapped client, which has only one feed; null = it is not tapped. */
    private Consumption arrivals;

    private Target target;
    private List<Receiver> receivers = List.of();
    private Usage usage;
    private Standing before;
    private long uniqueBefore;

    @Override
    public JsonObject ask(JsonObject request) {
        return switch (request.getString("do")) {
            case "clock" -> new JsonObject().put("nanos", System.nanoTime());
            case "connect" -> connect(Target.fromJson(request.getJsonObject("target")));
            case "begin" -> begin();
            case "end" -> end();
            case "finish" -> finish(request.getLong("sent"));
            default -> throw new IllegalArgumentException(request.encode());
        };
    }

    private JsonObject connect(Target newTarget) {
        close();
        target = newTarget;
        arrivals = target.tapped() ? new Consumption() : null;
        transport = new TappedTransport(target.nativeTransport());
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(loops())
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        registry = target.variant() == Variant.BUS_WATCHED ? Metrics.registry() : null;
        VertxBuilder builder =
                registry == null ? Vertx.builder().with(options) : Metrics.builder(options, registry, false);
        vertx = builder.withTransport(transport).build();
        List<Receiver> all = new ArrayList<>();
        for (int i = 0; i < target.feeds(); i++) {
            all.add(receiver(i));
        }
        receivers = all;
        get(Future.all(receivers.stream().map(Receiver::open).toList()));
        waitUntilLive();
        if (arrivals != null) {
            transport.tap(arrivals);
        }
        return new JsonObject().put("transport", transport.name()).put("tlsEngine", transport.tlsEngine());
    }

    private Receiver receiver(int number) {
        return switch (target.variant()) {
            case NETTY -> new NettyReceiver(vertx, target);
            case VERTX -> new VertxReceiver(vertx, target);
            case SINGLE, STREAM -> new DirectReceiver(vertx, target);
            case BUS, BUS_OTHER, BUS_BATCH -> new BusReceiver(vertx, target, number);
            case BUS_WATCHED -> new WatchedReceiver(vertx, registry, new BusReceiver(vertx, target, number));
        };
    }

    private int loops() {
        return target.variant() == Variant.BUS_OTHER || target.variant() == Variant.BUS_WATCHED || target.feeds() > 1
                ? 2
                : 1;
    }

    private void waitUntilLive() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Waiting.LIMIT_SECONDS);
        int wanted = target.feeds() * target.connections();
        while (standing().live() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "only " + standing().live() + " of " + wanted + " connections are live");
            }
            Waiting.sleep(5);
        }
    }

    private JsonObject begin() {
        before = standing();
        uniqueBefore = unique();
        onEach(consumption -> {
            consumption.forgetAges();
            if (arrivals != null) { // in the same turn: both must have the same messages
                arrivals.forgetAges();
            }
        });
        usage = Usage.now();
        return new JsonObject();
    }

    private JsonObject end() {
        Usage used = Usage.now().since(usage);
        Standing now = standing();
        double seconds = used.nanos() / 1e9;
        long copies = now.copies() - before.copies();
        long unique = isCounting() ? copies / target.connections() : unique() - uniqueBefore;
        Histogram ages = new Histogram(1, Consumption.MAX_NANOS, 3);
        Histogram ideal = new Histogram(1, Consumption.MAX_NANOS, 3);
        onEach(consumption -> {
            consumption.agesTo(ages);
            if (arrivals != null) {
                arrivals.agesTo(ideal);
            }
        });
        JsonObject figures = new JsonObject()
                .put("seconds", seconds)
                .put("copies", copies)
                .put("copiesPerSecond", copies / seconds)
                .put("uniquePerSecond", unique / seconds)
                .put("cpuMicrosPerCopy", used.threadCpuNanos() / 1e3 / Math.max(1, copies))
                .put("processCpuMicrosPerCopy", used.processCpuNanos() / 1e3 / Math.max(1, copies))
                .put("bytesPerCopy", (double) used.allocatedBytes() / Math.max(1, copies))
                .put("residentMb", Usage.residentMb())
                .put("latencyMicros", Consumption.percentiles(ages));
        if (arrivals != null) {
            figures.put("idealMicros", Consumption.percentiles(ideal));
        }
        return figures;
    }

    /**
     * Waits for messages under way, reports the missing ones, and closes everything.
     *
     * @param sent messages on each connection
     */
    private JsonObject finish(long sent) {
        long expected = sent * target.connections() * target.feeds();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MS);
        long copies = -1;
        long changedNanos = System.nanoTime();
        while (true) {
            long now = System.nanoTime();
            long seen = standing().copies();
            if (seen != copies) {
                copies = seen;
                changedNanos = now;
            }
            if (seen >= expected || now > deadline || now - changedNanos > TimeUnit.MILLISECONDS.toNanos(QUIET_MS)) {
                break;
            }
            Waiting.sleep(5);
        }
        long unique = unique(); // waits for a consumer on another loop: the request queues behind its messages
        Standing last = standing();
        JsonObject verdict = new JsonObject()
                .put("sent", sent * target.feeds())
                .put("unique", unique)
                .put("copiesMissing", expected - last.copies())
                .put(
                        "lost",
                        receivers.get(0).consumers().isEmpty()
                                ? expected - last.copies()
                                : sent * target.feeds() - unique)
                .put("twice", sum(Consumption::twice))
                .put("dropped", last.dropped())
                .put("replaced", last.replaced());
        close();
        return verdict;
    }

    private Standing standing() {
        Standing sum = Standing.NONE;
        for (Receiver receiver : receivers) {
            sum = sum.plus(get(receiver.standing()));
        }
        return sum;
    }

    /** Whether this client only counts copies and does not read messages. */
    private boolean isCounting() {
        return receivers.get(0).consumers().isEmpty();
    }

    private long unique() {
        return sum(Consumption::unique);
    }

    private long sum(ToLongFunction<Consumption> figure) {
        long[] sum = {0};
        onEach(consumption -> sum[0] += figure.applyAsLong(consumption));
        return sum[0];
    }

    /** Runs the action on each consumer's event loop, one after the other. */
    private void onEach(java.util.function.Consumer<Consumption> action) {
        for (Receiver receiver : receivers) {
            for (Consumer consumer : receiver.consumers()) {
                on(consumer, () -> action.accept(consumer.consumption()));
            }
        }
    }

    private static void on(Consumer consumer, Runnable action) {
        Promise<Void> done = Promise.promise();
        consumer.context().runOnContext(v -> {
            action.run();
            done.complete();
        });
        get(done.future());
    }

    private static <T> T get(Future<T> future) {
        return Waiting.get(future.toCompletionStage().toCompletableFuture());
    }

    @Override
    public void close() {
        if (vertx == null) {
            return;
        }
        get(Future.join(receivers.stream().map(Receiver::close).toList()).otherwiseEmpty());
        get(vertx.close());
        receivers = List.of();
        vertx = null;
    }
}
