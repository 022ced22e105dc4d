package io.firstline.simulator;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * Emits the market at the configured rate, round-robin over all streams with receivers. Event loop only, except
 * {@link #emitted}.
 *
 * <p>A schedule on the monotonic clock keeps the rate, not the timer: messages that became due while the timer slept
 * are emitted when it wakes, at most one second's worth. A longer stall is not made up for.
 */
final class Emitter {
    private static final long SECOND_NS = 1_000_000_000L;
    /** The shortest sleep of the timer, so that a high rate costs few wake-ups and flushes. */
    private static final long MIN_SLEEP_NS = 1_000_000L;
    /** The longest time that catching up may occupy the event loop. */
    private static final long MAX_TURN_NS = 10_000_000L;

    private final Connections connections;
    private final Market market;
    private final int burst;
    private final long periodNs;
    private final LoopTimer timer;
    private final EventJson json = new EventJson();
    private final Map<String, AtomicLong> emitted = new ConcurrentHashMap<>();
    private volatile BiConsumer<String, Buffer> onEmit;
    private List<MarketStream> rotation = List.of();
    private int turn;
    private long nextNs;
    private boolean paused;

    Emitter(ContextInternal context, Connections connections, SimulatorConfig config) {
        this.connections = connections;
        this.market = new Market(config.seed(), nowUs());
        this.burst = config.burst();
        int rate = config.messagesPerSecond();
        this.periodNs = rate == 0 ? 0 : Math.max(1, (long) config.burst() * SECOND_NS / rate);
        this.timer = new LoopTimer(context, this::emitDue);
    }

    void onEmit(BiConsumer<String, Buffer> hook) {
        onEmit = hook;
    }

    /** Selects the streams with receivers. Call it after each change of subscriptions. */
    void audiencesChanged() {
        rotation = market.streams().stream()
                .filter(stream -> !connections.audience(stream.name()).isEmpty())
                .toList();
        run();
    }

    void pause() {
        paused = true;
        run();
    }

    /** Restarts the schedule; messages due during the pause are not emitted. */
    void resume() {
        paused = false;
        run();
    }

    /** Sends an injected message to every receiver of the stream. */
    void emit(String stream, byte[] payload) {
        publish(new EncodedMessage(stream, form -> payload, this::callHook), stream);
        connections.flush();
    }

    /** Sends the books among these streams to a connection that has just subscribed them, if its venue does. */
    void sendSnapshots(ServedConnection line, List<String> added) {
        if (line.venue().sendsSnapshots()) {
            added.stream()
                    .flatMap(name -> market.stream(name).stream())
                    .filter(MarketStream::isBook)
                    .forEach(stream -> line.sendSnapshot(encode(
                            stream, new MarketEvent.Depth(OrderBook.EMPTY, stream.book()), (name, payload) -> {})));
            line.flush();
        }
    }

    /** The present book of an upper-case symbol; empty if there is no such symbol. */
    Optional<OrderBook> book(String symbol) {
        return market.stream(StreamKind.DEPTH.streamOf(symbol.toLowerCase(Locale.ROOT)))
                .map(MarketStream::book);
    }

    /** The number of emitted messages by stream; callable from any thread. */
    Map<String, Long> emitted() {
        Map<String, Long> counts = new TreeMap<>();
        emitted.forEach((stream, count) -> counts.put(stream, count.get()));
        return counts;
    }

    static long nowUs() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
    }

    private void run() {
        boolean wanted = !paused && !rotation.isEmpty() && periodNs > 0;
        if (!wanted) {
            timer.cancel();
        } else if (!timer.isSet()) {
            nextNs = System.nanoTime() + periodNs;
            timer.atNs(nextNs);
        }
    }

    private void emitDue() {
        long startNs = System.nanoTime();
        nextNs = Math.max(nextNs, startNs - Math.max(SECOND_NS, periodNs));
        long nowNs = startNs;
        while (nextNs <= nowNs && nowNs - startNs < MAX_TURN_NS && !paused) {
            for (int i = 0; i < burst; i++) {
                emitNext();
            }
            nextNs += periodNs;
            nowNs = System.nanoTime();
        }
        connections.flush();
        if (!paused) {
            timer.atNs(Math.max(nextNs, startNs + MIN_SLEEP_NS));
        }
    }

    private void emitNext() {
        turn = (turn + 1) % rotation.size();
        MarketStream stream = changing(rotation.get(turn));
        publish(encode(stream, stream.next(nowUs()), this::callHook), stream.name());
    }

    /** A stream that shows each change of a book makes them all, or its receivers would have holes. */
    private MarketStream changing(MarketStream next) {
        if (!next.isUpToDate()) {
            return next;
        }
        return rotation.stream()
                .filter(other -> other.showsEachChangeOf(next))
                .findFirst()
                .orElse(next);
    }

    private EncodedMessage encode(MarketStream stream, MarketEvent event, BiConsumer<String, byte[]> onWritten) {
        return new EncodedMessage(stream.name(), form -> json.write(stream.symbol(), event, form), onWritten);
    }

    private void publish(EncodedMessage message, String stream) {
        emitted.computeIfAbsent(stream, name -> new AtomicLong()).incrementAndGet();
        for (ServedConnection line : connections.audience(stream)) {
            line.send(message);
        }
    }

    private void callHook(String stream, byte[] payload) {
        BiConsumer<String, Buffer> hook = onEmit;
        if (hook != null) {
            hook.accept(stream, Buffer.buffer(payload));
        }
    }
}
