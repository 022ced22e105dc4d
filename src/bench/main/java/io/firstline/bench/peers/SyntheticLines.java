package io.firstline.bench.peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A feed that does not exist, as three lines deliver it: trades and tickers of two symbols, numbered in each stream, and
 * their states, which are not numbered and repeat. The same every time.
 */
final class SyntheticLines {
    static final int LINES = 3;

    private static final int PER_SECOND = 500;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long START_MS = 1_796_000_000_000L;
    private static final List<String> STREAMS =
            List.of("BTC@trade", "ETH@trade", "BTC@ticker", "ETH@ticker", "BTC@trade", "ETH@trade");

    private final Random random = new Random(1);
    private final Fault fault;
    private final int messages;
    private final Map<String, Long> sequences = new HashMap<>();
    /** A line is in order: nothing arrives on it before what it was sent earlier. */
    private final long[] lastNanos = new long[LINES];

    private final List<LineCopy> copies = new ArrayList<>();

    /** What happens to the lines. */
    enum Fault {
        NONE("nothing"),
        LOSSES("each line loses 1 %"),
        REPEATS("a tenth of the messages have the bytes of an earlier one"),
        STAMPED("a member differs between the lines"),
        TIED("time stamps in steps of 20 ms"),
        FROZEN("a line delivers 45 s late"),
        RESTARTED("the server counts from 1 again"),
        OUTAGES("one line after another is silent for 5 s");

        private final String words;

        Fault(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private SyntheticLines(Fault fault, int messages) {
        this.fault = fault;
        this.messages = messages;
    }

    /** Returns the copies in the order of their arrival. */
    static List<LineCopy> with(Fault fault, int seconds) {
        SyntheticLines lines = new SyntheticLines(fault, seconds * PER_SECOND);
        for (int i = 0; i < lines.messages; i++) {
            lines.send(i);
        }
        lines.copies.sort(LineCopy.BY_ARRIVAL);
        return lines.copies;
    }

    /** Returns a message without what only one line has. */
    static String plain(String text) {
        int via = text.indexOf(",\"via\":");
        return via < 0 ? text : text.substring(0, via) + "}";
    }

    private void send(int message) {
        long atNanos = message * (TimeUnit.SECONDS.toNanos(1) / PER_SECOND);
        String text = text(message, atNanos);
        for (int line = 0; line < LINES; line++) {
            if (!isLost(line, atNanos)) {
                String copy =
                        fault == Fault.STAMPED ? text.substring(0, text.length() - 1) + ",\"via\":" + line + "}" : text;
                long arrival = Math.max(lastNanos[line], arrivalNanos(line, atNanos));
                lastNanos[line] = arrival;
                copies.add(new LineCopy(arrival, line, copy, message));
            }
        }
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

    private boolean isLost(int line, long atNanos) {
        boolean silent =
                fault == Fault.OUTAGES && TimeUnit.NANOSECONDS.toSeconds(atNanos) / 5 % (2 * LINES) == 2L * line + 1;
        return silent || (fault == Fault.LOSSES && random.nextInt(100) == 0);
    }

    /** A lag of some milliseconds, which changes slowly, with a long tail. */
    private long arrivalNanos(int line, long atNanos) {
        double lagMs = 5 + 1.5 * line * (1 + Math.sin(atNanos / 3e9 + line)) + Math.abs(random.nextGaussian());
        lagMs += random.nextInt(1_000) == 0 ? 80 : 0;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(atNanos);
        if (fault == Fault.FROZEN && line == LINES - 1 && seconds >= 5 && seconds < 50) {
            return TimeUnit.SECONDS.toNanos(50) + (long) (lagMs * MILLI);
        }
        return atNanos + (long) (lagMs * MILLI);
    }
}
