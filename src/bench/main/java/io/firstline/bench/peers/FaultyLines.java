package io.firstline.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Three lines that deliver what a server sends, each with its own lag and with a fault. The same every time. */
final class FaultyLines {
    static final int LINES = 3;

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Fault fault;
    private final Random random = new Random(1);
    /** A line is in order: nothing arrives on it before what it was sent earlier. */
    private final long[] lastNanos = new long[LINES];

    private final List<LineCopy> copies = new ArrayList<>();

    FaultyLines(Fault fault) {
        this.fault = fault;
    }

    /**
     * The server sends a message.
     *
     * @param message its number
     * @param atNanos from the beginning of the feed
     */
    void send(int message, long atNanos, String text) {
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

    /** Returns the copies in the order of their arrival. */
    List<LineCopy> copies() {
        copies.sort(LineCopy.BY_ARRIVAL);
        return copies;
    }

    /** Returns a message without what only one line has. */
    static String plain(String text) {
        int via = text.indexOf(",\"via\":");
        return via < 0 ? text : text.substring(0, via) + "}";
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
