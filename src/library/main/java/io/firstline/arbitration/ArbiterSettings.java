package io.firstline.arbitration;

/**
 * The bounds of arbitration.
 *
 * @param historySize how many published messages are remembered
 * @param historyNanos how long, in nanoseconds of stream time: a quiet feed forgets nothing
 * @param joinGuardNanos a joining line is in step no earlier than this after its first copy
 * @param skewNanos within this time, two lines may deliver different streams in a different order
 */
public record ArbiterSettings(int historySize, long historyNanos, long joinGuardNanos, long skewNanos) {}
