package io.firstline.bench.peers;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A feed that does not exist: trades and tickers of two symbols, numbered in each stream, and their states, which are
 * not numbered and repeat. The same every time.
 */
final class SyntheticFeed {
    static final int PER_SECOND = 500;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long START_MS = 1_796_000_000_000L;
    private static final List<String> STREAMS =
            List.of("BTC@trade", "ETH@trade", "BTC@ticker", "ETH@ticker", "BTC@trade", "ETH@trade");

    private final Random random = new Random(1);
    private final Fault fault;
    private final int messages;
    private final Map<String, Long> sequences = new HashMap<>();

    private SyntheticFeed(Fault fault, int messages) {
        this.fault = fault;
        this.messages = messages;
    }

    /** Returns its copies on the lines. */
    static List<LineCopy> with(Fault fault, int seconds) {
        SyntheticFeed feed = new SyntheticFeed(fault, seconds * PER_SECOND);
        FaultyLines lines = new FaultyLines(fault);
        for (int i = 0; i < feed.messages; i++) {
            long atNanos = i * (TimeUnit.SECONDS.toNanos(1) / PER_SECOND);
            lines.send(i, atNanos, feed.text(i, atNanos));
        }
        return lines.copies();
    }

    private String text(int message, long atNanos) {
        int share = fault == Fault.REPEATS ? 10 : 100;
        if (message % share == 0) {
            return "{\"stream\":\"%s@state\",\"state\":\"open\"}".formatted(message % (2 * share) == 0 ? "BTC" : "ETH");
        }
        if (fault == Fault.RESTARTED && message == messages / 2 + 1) {
            sequences.clear();
        }
        String stream = STREAMS.get(random.nextInt(STREAMS.size()));
        long step = fault == Fault.TIED ? 20 : 1;
        return String.format(
                Locale.ROOT,
                "{\"stream\":\"%s\",\"seq\":%d,\"time\":%d,\"price\":\"%.2f\",\"quantity\":\"%.4f\"}",
                stream,
                sequences.merge(stream, 1L, Long::sum),
                START_MS + atNanos / MILLI / step * step,
                27_000 + random.nextGaussian() * 10,
                random.nextDouble());
    }
}
