package io.firstline.bench.peers;

import java.util.Comparator;

/**
 * The arrival of a message on one line.
 *
 * @param atNanos when it arrives, from the beginning of the feed
 * @param line the number of the line, from 0
 * @param text the message as it arrives there
 * @param message the number of the message at the server; no way to merge may look at it
 */
record LineCopy(long atNanos, int line, String text, int message) {
    static final Comparator<LineCopy> BY_ARRIVAL =
            Comparator.comparingLong(LineCopy::atNanos).thenComparingInt(LineCopy::line);
}
