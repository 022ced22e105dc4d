package io.firstline.feed.report;

import io.firstline.arbitration.report.GapFate;
import java.util.List;

/**
 * Numbers of a stream that were missing when a younger message was published.
 *
 * @param from the first number
 * @param to the last number
 * @param fate whether they may still arrive, have arrived on some connection, or are lost
 * @param openedMicros when the gap was detected, microseconds since the epoch
 * @param closedMicros when it was healed or lost, microseconds since the epoch; 0 = it is open
 * @param healedBy the connection that delivered the last of it; null = none
 * @param lackedBy the connections that missed any of it, as far as they are remembered
 */
public record GapReport(
        String stream,
        long from,
        long to,
        GapFate fate,
        long openedMicros,
        long closedMicros,
        String healedBy,
        List<String> lackedBy) {}
