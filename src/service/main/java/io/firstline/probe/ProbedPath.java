package io.firstline.probe;

import io.firstline.connection.report.ConnectTimes;
import io.firstline.connection.report.Path;

/**
 * The measurements of one path. Times are milliseconds; NaN = not measured.
 *
 * @param times the steps of opening its connection
 * @param attempts how many connections were tried, successful or not
 * @param opened how many of them opened
 * @param ended how many of these ended without our closing them
 * @param failure why the last one did not open, or ended; empty = that has not happened
 * @param pingP50Ms the median round trip
 * @param pingP99Ms its 99th percentile
 * @param firstDataMs the time from the open connection to its first data
 * @param lags how far it was behind the other paths
 */
public record ProbedPath(
        Path path,
        ConnectTimes times,
        long attempts,
        long opened,
        long ended,
        String failure,
        double pingP50Ms,
        double pingP99Ms,
        double firstDataMs,
        PathLags lags) {

    /** A path on which nothing was tried, or nothing worked. */
    public static ProbedPath failed(Path path, long attempts, String why) {
        double none = Double.NaN;
        return new ProbedPath(path, ConnectTimes.NONE, attempts, 0, 0, why, none, none, none, PathLags.alone(0));
    }

    boolean delivers() {
        return lags.copies() > 0;
    }

    /** The share of the messages that it did not bring, from 0 to 1. */
    double lossShare() {
        return lags.losses() == 0 ? 0 : (double) lags.losses() / (lags.copies() + lags.losses());
    }
}
