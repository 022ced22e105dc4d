package io.firstline.probe;

import io.firstline.arbitration.ArrivalTable;
import io.firstline.arbitration.report.LineFigures;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How far one path was behind the first copies of the compared messages.
 *
 * @param copies how many of them it brought
 * @param wins of how many of these it brought the first copy
 * @param losses how many of them it did not bring
 * @param p50Ms the median lag of its copies, milliseconds; NaN = it brought none
 * @param p99Ms its 99th percentile
 */
public record PathLags(long copies, long wins, long losses, double p50Ms, double p99Ms) {

    /** Counts the lags of one path, one for each message, in microseconds; see {@link ArrivalTable#lagsOf}. */
    public static PathLags of(int[] lagMicros) {
        int[] delivered = Arrays.stream(lagMicros)
                .filter(lag -> lag != ArrivalTable.NEVER)
                .sorted()
                .toArray();
        return new PathLags(
                delivered.length,
                Arrays.stream(delivered).filter(lag -> lag == 0).count(),
                lagMicros.length - delivered.length,
                percentileMs(50, delivered),
                percentileMs(99, delivered));
    }

    /** A path without another one to compare it with. */
    public static PathLags alone(long copies) {
        return new PathLags(copies, copies, 0, Double.NaN, Double.NaN);
    }

    /** The figures of the lines of one path, which a pool has counted; the lag is that of the longest line. */
    public static PathLags ofLines(List<LineFigures> lines) {
        LineFigures longest =
                lines.stream().max(Comparator.comparingLong(PathLags::copies)).orElse(null);
        return longest == null
                ? alone(0)
                : new PathLags(
                        lines.stream().mapToLong(PathLags::copies).sum(),
                        lines.stream().mapToLong(LineFigures::wins).sum(),
                        lines.stream().mapToLong(LineFigures::losses).sum(),
                        ms(longest.lagP50Micros()),
                        ms(longest.lagP99Micros()));
    }

    private static long copies(LineFigures line) {
        return line.wins() + line.lateCopies();
    }

    private static double ms(long micros) {
        return micros < 0 ? Double.NaN : micros / 1_000.0;
    }

    /** By nearest rank. */
    private static double percentileMs(int percent, int[] sorted) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) (((long) percent * sorted.length + 99) / 100) - 1] / 1_000.0;
    }
}
