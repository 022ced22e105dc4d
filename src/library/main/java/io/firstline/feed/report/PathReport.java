package io.firstline.feed.report;

import io.firstline.connection.report.ConnectTimes;
import io.firstline.connection.report.Path;

/**
 * The experience of a feed with one path, over all connections that used it. NaN = not measured.
 *
 * @param connections how many open connections use it
 * @param failures attempts that failed, and connections that ended within ten seconds
 * @param restMs how long it is left alone after failures, milliseconds; 0 = it is not
 * @param connectMs the time from an attempt to the open WebSocket, a moving average
 * @param times the steps of that, moving averages
 * @param latencyMs the round trip of pings, a moving average
 * @param lagP50Ms the median of the lag behind the first copies, a moving average
 * @param lagP99Ms the 99th percentile of the lag behind the first copies, a moving average
 * @param copies messages received
 * @param wins of how many of them it brought the first copy
 * @param losses messages that other paths brought and it did not
 * @param lifetimeMs the average lifetime of its connections that have ended
 * @param lastFailure why the last attempt failed or the last connection ended without our closing it, in words; empty =
 *     that has not happened
 */
public record PathReport(
        Path path,
        int connections,
        long attempts,
        long failures,
        long restMs,
        double connectMs,
        ConnectTimes times,
        double latencyMs,
        double lagP50Ms,
        double lagP99Ms,
        long copies,
        long wins,
        long losses,
        double lifetimeMs,
        String lastFailure) {}
