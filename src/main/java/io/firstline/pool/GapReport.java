package io.firstline.pool;

import io.firstline.arbitration.Chain.Fate;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Numbers of a stream that were missing when a younger one was passed on.
 *
 * @param from the first of them
 * @param to the last of them
 * @param fate whether they may still come, have come on some connection, or will not come any more
 * @param openedMicros when it was seen, microseconds since the epoch
 * @param closedMicros when it was healed or given up; 0 = it is open
 * @param healedBy the connection that brought the last of it; null = nobody
 * @param lackedBy the connections that passed over any of it, as far as is remembered
 */
public record GapReport(
        String stream,
        long from,
        long to,
        Fate fate,
        long openedMicros,
        long closedMicros,
        String healedBy,
        List<String> lackedBy) {

    static GapReport of(GapLedger.Entry entry, LongUnaryOperator toEpochMicros) {
        return new GapReport(
                entry.stream(),
                entry.gap().from(),
                entry.gap().to(),
                entry.gap().fate(),
                toEpochMicros.applyAsLong(entry.gap().atNanos()),
                entry.closedNanos() == 0 ? 0 : toEpochMicros.applyAsLong(entry.closedNanos()),
                entry.healedBy(),
                entry.lackedBy());
    }
}
