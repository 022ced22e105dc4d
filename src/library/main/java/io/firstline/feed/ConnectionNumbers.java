package io.firstline.feed;

/**
 * The numbers that a server gives to the messages of one connection, whatever their streams are. Each is one more than
 * the one before. A missing number is a fault of the connection, never of a stream. Pure.
 */
final class ConnectionNumbers {
    /**
     * Missing numbers since the last call of {@link #news}.
     *
     * @param from the first number of the last hole
     * @param to the last number of the last hole
     * @param missing how many numbers are missing in all holes
     */
    record Hole(long from, long to, long missing) {}

    /** More are not counted: sums of such figures must not overflow. */
    static final long MOST = 1L << 50;

    private boolean known;
    private long last;
    private long missing;
    /** Null = nothing to report. */
    private Hole hole;

    /**
     * A message with this number arrived; returns how many numbers are missing before it. A number that is not higher
     * than the last one begins the count anew.
     */
    long arrived(long number) {
        long count = 0;
        if (known && number > last && number != last + 1) {
            long lacking = number - last - 1;
            count = lacking < 0 ? MOST : Math.min(MOST, lacking); // the difference may not fit
            missing = Math.min(MOST, missing + count);
            hole = new Hole(last + 1, number - 1, Math.min(MOST, (hole == null ? 0 : hole.missing()) + count));
        }
        known = true;
        last = number;
        return count;
    }

    /** Returns the missing numbers since the last call; null = none. */
    Hole news() {
        Hole news = hole;
        hole = null;
        return news;
    }

    /** Returns how many numbers are missing in all; null = its messages have no numbers. */
    Long missing() {
        return known ? (Long) missing : null;
    }
}
