package io.firstline.arbitration;

/**
 * The figures of one line since a moment that its owner chose. Eviction compares them.
 *
 * @param copies how many copies it delivered, first and late
 * @param losses messages that others delivered and it did not, known two seconds after them; or messages that it lacks
 *     by the numbers of its connection, if these are more
 * @param lagP99Micros 99th percentile of its lag, where a lost message counts as {@link #LOST_MICROS}: a rank, not a
 *     figure to show; -1 = no message yet
 * @param arrivedLagP99Micros 99th percentile of the lag of the copies that it delivered; -1 = none yet
 */
public record LineWindow(long copies, long losses, long lagP99Micros, long arrivedLagP99Micros) {
    /** The longest lag, and the rank of a line that loses more than one message in a hundred. */
    public static final long LOST_MICROS = 60_000_000;

    /** The share of messages that it lost, from 0 to 1. */
    public double lossShare() {
        return losses == 0 ? 0 : (double) losses / (copies + losses);
    }
}
