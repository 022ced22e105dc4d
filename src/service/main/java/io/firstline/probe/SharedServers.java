package io.firstline.probe;

import io.firstline.arbitration.ArrivalTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which paths probably lead to one server: because the same messages are late on both, or because both were closed at
 * the same moment while others stayed. Pure.
 *
 * <p>Lags alone do not show that: the lag behind the first copy also varies with the path that was first. So the times
 * of arrival are compared in pairs. Of paths that vary independently, the variance of the difference is the sum of
 * their variances; the own variance of one follows from its differences to two others ("three-cornered hat"). Paths of
 * one server vary together, so their difference varies less than this sum: by the correlation of the two. If all paths
 * lead to two servers only, the figures do not show which of the two varies.
 */
public final class SharedServers {
    /** Fewer common messages say nothing. */
    static final int LEAST_MESSAGES = 100;
    /** Paths whose own arrivals vary less than this differ by what the receiving machine does. */
    static final double LEAST_SPREAD_MS = 0.05;
    /** From this correlation on. */
    static final double LEAST_CORRELATION = 0.8;
    /** Closes within this time are one event. */
    static final long SAME_MOMENT_MICROS = 500_000;

    private static final int MOST_COMPARED = 5_000;
    /** The share of the differences on each side that counts as the outermost rest. */
    private static final double OUTERMOST = 0.02;

    private final double[][] variance;
    /** Pairs that vary together at first sight, which says nothing about others. */
    private boolean[][] together;

    private SharedServers(int[][] lagMicros) {
        int paths = lagMicros.length;
        variance = new double[paths][paths];
        for (int i = 0; i < paths; i++) {
            for (int j = 0; j < i; j++) {
                variance[i][j] = variance(lagMicros[i], lagMicros[j]);
                variance[j][i] = variance[i][j];
            }
        }
        together = new boolean[paths][paths];
        together = atFirstSight();
    }

    private boolean[][] atFirstSight() {
        boolean[][] found = new boolean[variance.length][variance.length];
        for (int i = 0; i < found.length; i++) {
            for (int j = 0; j < found.length; j++) {
                found[i][j] = i != j && correlation(i, j) >= LEAST_CORRELATION;
            }
        }
        return found;
    }

    /**
     * Two paths that probably lead to one server.
     *
     * @param a the index of one
     * @param b the index of the other one, larger
     * @param correlation of their arrivals; NaN = it says nothing
     * @param closes how often both were closed at the same moment while another one stayed
     */
    public record Pair(int a, int b, double correlation, int closes) {}

    /** A connection of a path ended without our closing it. */
    public record Close(int path, long micros) {}

    /**
     * Finds the pairs.
     *
     * @param lagMicros of each path for the same messages, {@link ArrivalTable#NEVER} = it did not bring the message;
     *     empty arrays = not sampled
     * @param delivering how many paths deliver
     */
    public static List<Pair> of(int[][] lagMicros, List<Close> closes, int delivering) {
        SharedServers servers = new SharedServers(lagMicros);
        List<Pair> pairs = new ArrayList<>();
        for (int a = 0; a < lagMicros.length; a++) {
            for (int b = a + 1; b < lagMicros.length; b++) {
                double correlation = servers.correlation(a, b);
                int together = together(a, b, closes, delivering);
                boolean lags = correlation >= LEAST_CORRELATION;
                if (lags || together > 0) {
                    pairs.add(new Pair(a, b, lags ? correlation : Double.NaN, together));
                }
            }
        }
        return pairs;
    }

    // lags

    /** The variance of the difference of two arrivals, in square milliseconds, without outliers; NaN = not known. */
    private static double variance(int[] a, int[] b) {
        int messages = Math.min(a.length, b.length);
        double[] differences = new double[Math.min(messages, MOST_COMPARED)];
        int count = 0;
        for (int i = 0; i < differences.length; i++) {
            int message = (int) ((long) i * messages / differences.length);
            if (a[message] != ArrivalTable.NEVER && b[message] != ArrivalTable.NEVER) {
                differences[count++] = (a[message] - b[message]) / 1_000.0;
            }
        }
        if (count < LEAST_MESSAGES) {
            return Double.NaN;
        }
        Arrays.sort(differences, 0, count);
        double lowest = differences[(int) (OUTERMOST * count)];
        double highest = differences[(int) ((1 - OUTERMOST) * (count - 1))];
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            double bounded = Math.max(lowest, Math.min(highest, differences[i]));
            sum += bounded;
            squares += bounded * bounded;
        }
        return Math.max(0, squares / count - sum / count * sum / count);
    }

    /** The correlation of the arrivals of two paths, at least 0; NaN = it cannot be known. */
    private double correlation(int a, int b) {
        double own = own(a, b) + own(b, a);
        return Double.isNaN(variance[a][b]) || !(own >= 2 * LEAST_SPREAD_MS * LEAST_SPREAD_MS)
                ? Double.NaN
                : Math.max(0, 1 - variance[a][b] / own);
    }

    /**
     * The variance of one path by its differences to two others: the largest, because it is too small if one of these
     * varies with the path. It is too large if these two vary together, so they count only if there are no others.
     */
    private double own(int path, int without) {
        double independent = Double.NaN;
        double any = Double.NaN;
        for (int k = 0; k < variance.length; k++) {
            for (int l = 0; l < k; l++) {
                if (k != path && l != path && k != without && l != without) {
                    double own = (variance[path][k] + variance[path][l] - variance[k][l]) / 2;
                    any = larger(any, own);
                    independent = together[k][l] ? independent : larger(independent, own);
                }
            }
        }
        return Double.isNaN(independent) ? any : independent;
    }

    /** NaN = not known. */
    private static double larger(double a, double b) {
        return Double.isNaN(a) || b > a ? b : a;
    }

    // closes

    private static int together(int a, int b, List<Close> closes, int delivering) {
        int together = 0;
        for (Close of : closes) {
            if (of.path() == a && isClosedAround(of, b, closes) && closedAround(of, closes) < delivering) {
                together++;
            }
        }
        return together;
    }

    private static boolean isClosedAround(Close moment, int path, List<Close> closes) {
        return closes.stream()
                .anyMatch(other ->
                        other.path() == path && Math.abs(other.micros() - moment.micros()) <= SAME_MOMENT_MICROS);
    }

    private static long closedAround(Close moment, List<Close> closes) {
        return closes.stream()
                .filter(other -> Math.abs(other.micros() - moment.micros()) <= SAME_MOMENT_MICROS)
                .mapToInt(Close::path)
                .distinct()
                .count();
    }
}
