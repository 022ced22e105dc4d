package io.firstline.feed.report;

import java.util.List;

/**
 * One connection's deliveries of one stream: a cell of the arrival matrix.
 *
 * @param copies copies that it delivered, first copies included
 * @param wins messages whose first copy it delivered
 * @param losses messages that others delivered while it was in step and that it did not deliver within two seconds
 * @param saves messages that only this connection delivered
 * @param lagP50Micros median of its arrival minus the first arrival, wins counting as 0, rounded up to a power of
 *     two; -1 = no copy
 * @param lagP99Micros 99th percentile of the same
 * @param lags number of copies that arrived less than 1 µs after the first, less than 2 µs, 4 µs …; the last element
 *     counts all others
 */
public record ArrivalReport(
        String stream,
        String connection,
        long copies,
        long wins,
        long losses,
        long saves,
        long lagP50Micros,
        long lagP99Micros,
        List<Long> lags) {}
