package io.firstline.feed.clock;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;

/**
 * Estimates another machine's clock over the network (Cristian, "Probabilistic clock synchronization", 1989). The
 * server reads its clock between request and answer, so the error of the middle is at most half the round trip. The
 * best of the last answers is used: the one with the shortest round trip unless it is old (the minimum filter of
 * NTP). The estimate refers to our monotonic clock, so a step of our wall clock does not change it. Pure, not
 * thread-safe.
 */
final class ServerClock {
    static final int WINDOW = 16;
    /** Assumed drift between two clocks, parts per million: PHI of RFC 5905. */
    static final long DRIFT_PPM = 15;

    /**
     * One answer.
     *
     * @param offsetNanos the server's clock minus our monotonic clock
     * @param errorNanos the largest error of the offset when it was new
     */
    private record Answer(long atNanos, long offsetNanos, long errorNanos) {
        long errorNanos(long nowNanos) {
            return errorNanos + Math.max(0, nowNanos - atNanos) / 1_000_000 * DRIFT_PPM;
        }
    }

    private final Deque<Answer> answers = new ArrayDeque<>();
    private Answer best;
    private int settings;

    /**
     * The server has answered with its time.
     *
     * @param askedNanos when the request was sent, on our monotonic clock
     * @param receivedNanos when the answer arrived, on our monotonic clock
     * @param serverMicros the middle of the interval that its timestamp covers
     * @param resolutionMicros the length of that interval
     */
    public void answered(long askedNanos, long receivedNanos, long serverMicros, long resolutionMicros) {
        long halfNanos = (receivedNanos - askedNanos) / 2;
        Answer answer = new Answer(
                receivedNanos,
                serverMicros * 1_000 - (askedNanos + halfNanos),
                halfNanos + resolutionMicros * 1_000 / 2);
        if (best == null || contradicts(answer, best)) {
            answers.clear(); // one of the clocks was set: earlier answers are wrong
            settings++;
        }
        answers.addLast(answer);
        if (answers.size() > WINDOW) {
            answers.removeFirst();
        }
        best = answers.stream()
                .min(Comparator.comparingLong(each -> each.errorNanos(receivedNanos)))
                .get();
    }

    private static boolean contradicts(Answer answer, Answer known) {
        return Math.abs(answer.offsetNanos() - known.offsetNanos())
                > answer.errorNanos() + known.errorNanos(answer.atNanos());
    }

    public boolean isKnown() {
        return best != null;
    }

    /** How often it became known or was learned again after a step; earlier figures are not comparable. */
    public int settings() {
        return settings;
    }

    /** Returns the server's time at an instant of our monotonic clock, microseconds since the epoch. */
    public long micros(long nanos) {
        return (nanos + best.offsetNanos()) / 1_000;
    }

    /** Returns the largest error of that time, microseconds. */
    public long errorMicros(long nowNanos) {
        return best.errorNanos(nowNanos) / 1_000 + 1;
    }
}
