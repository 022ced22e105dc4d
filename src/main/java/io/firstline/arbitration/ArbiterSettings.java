package io.firstline.arbitration;

/**
 * The bounds of arbitration.
 *
 * @param historySize how many published messages are remembered
 * @param historyNanos how long, in nanoseconds of stream time: a quiet feed forgets nothing
 * @param joinGuardNanos a joining line leads at the earliest this long after its first copy
 * @param skewNanos how far apart two lines may deliver different streams in a different order
 */
public record ArbiterSettings(int historySize, long historyNanos, long joinGuardNanos, long skewNanos) {}
