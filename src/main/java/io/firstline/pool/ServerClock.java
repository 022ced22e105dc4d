package io.firstline.pool;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;

/**
 * Another machine's clock, read over the network (Cristian, "Probabilistic clock synchronization", 1989): its answer was given at some
 * instant between question and receipt, so the middle is wrong by half the round trip at most. Of the last answers the one counts that
 * is least wrong now, which is the one with the shortest round trip unless it is old (the minimum filter of NTP). Held against our
 * monotonic clock, so that a step of our wall clock does no harm. Pure, not thread-safe.
 */
final class ServerClock {
    static final int WINDOW = 16;
    /** How far two clocks may drift apart, parts per million: RFC 5905's PHI. */
    static final long DRIFT_PPM = 15;

    /**
     * One answer.
     *
     * @param offsetNanos the server's clock minus our monotonic one
     * @param errorNanos by how much that may have been wrong when it was new
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
     * The server has told its time.
     *
     * @param askedNanos on our monotonic clock
     * @param receivedNanos on our monotonic clock
     * @param serverMicros the middle of what its stamp stands for
     * @param resolutionMicros how much time one stamp stands for
     */
    void answered(long askedNanos, long receivedNanos, long serverMicros, long resolutionMicros) {
        long halfNanos = (receivedNanos - askedNanos) / 2;
        Answer answer = new Answer(
                receivedNanos,
                serverMicros * 1_000 - (askedNanos + halfNanos),
                halfNanos + resolutionMicros * 1_000 / 2);
        if (best == null || contradicts(answer, best)) {
            answers.clear(); // one of the clocks was set: what was known is wrong
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

    boolean isKnown() {
        return best != null;
    }

    /** How often it has become known, or had to be learned anew: what was measured by it before is not comparable. */
    int settings() {
        return settings;
    }

    /** The server's time, microseconds since the epoch, at an instant of our monotonic clock. */
    long micros(long nanos) {
        return (nanos + best.offsetNanos()) / 1_000;
    }

    /** By how much that may be wrong. */
    long errorMicros(long nowNanos) {
        return best.errorNanos(nowNanos) / 1_000 + 1;
    }
}
