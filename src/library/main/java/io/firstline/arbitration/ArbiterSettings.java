package io.firstline.arbitration;

/**
 * The bounds of arbitration.
 *
 * @param historySize how many published messages are remembered
 * @param historyNanos how long, in nanoseconds of stream time: a quiet feed forgets nothing
 * @param joinGuardNanos a joining line is in step no earlier than this after its first copy
 * @param skewNanos within this time, two lines may deliver different streams in a different order
 * @param ordered whether a line delivers each stream in the server's order. A node does not: messages that were held up
 *     on one of its connections come after younger ones. Then only counts distinguish messages of the same bytes
 */
public record ArbiterSettings(
        int historySize, long historyNanos, long joinGuardNanos, long skewNanos, boolean ordered) {

    /** The settings for lines that keep the order. */
    public ArbiterSettings(int historySize, long historyNanos, long joinGuardNanos, long skewNanos) {
        this(historySize, historyNanos, joinGuardNanos, skewNanos, true);
    }
}
