package io.firstline.feed;

import io.firstline.arbitration.report.SubsetFigures;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Decides how many connections a pool has, within its bounds, by what the last one is worth: what the best others
 * alone would have lost, or delivered later, of the sampled messages. Pure; times are nanoseconds of the monotonic
 * clock.
 *
 * <p>It looks every {@value #EVERY_MIN} minutes, at least {@value #MESSAGES} messages after the last change, and changes
 * the number by one. It grows after two looks in a row in which the last connection was worth more than
 * {@value #WORTH_MICROS} µs of the 99th percentile or a message; and at once if messages were lost on all connections.
 * It shrinks after three looks in a row in which one connection was worth at most half of that and no message. If it
 * has grown in the day before, the time until it may grow again doubles, up to a day: it does not hunt.
 */
final class PoolSize {
    static final int EVERY_MIN = 5;
    static final int MESSAGES = 200;
    static final int WORTH_MICROS = 2_000;

    private static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(1);
    private static final int GROW_AFTER = 2;
    private static final int SHRINK_AFTER = 3;

    /** The change to make. */
    enum Change {
        NONE,
        GROW,
        SHRINK
    }

    /**
     * A decision.
     *
     * @param number with {@code SHRINK}, the number of the connection to close
     * @param why the figures behind it, in words; empty without a change
     */
    record Decision(Change change, int number, String why) {
        private static final Decision NONE = new Decision(Change.NONE, 0, "");
    }

    private final int min;
    private final int max;
    private final long everyNanos;
    private long lookedNanos;
    private long changedNanos;
    private long growAfterNanos;
    private boolean grown;
    private long grownNanos;
    private long lostBefore;
    private int worthInARow;
    private int worthlessInARow;

    /** @param everyMs how often it looks; {@value #EVERY_MIN} minutes, less in tests */
    PoolSize(int min, int max, long everyMs) {
        this.min = min;
        this.max = max;
        this.everyNanos = TimeUnit.MILLISECONDS.toNanos(everyMs);
        this.growAfterNanos = everyNanos;
    }

    /** Whether there is anything to decide. */
    boolean isFixed() {
        return min >= max;
    }

    /** The feed starts. */
    void begin(long nowNanos) {
        lookedNanos = nowNanos;
        changed(nowNanos);
    }

    /** The connection that was added could not be opened. */
    void failed(long nowNanos) {
        growAfterNanos = Math.min(LONGEST_NANOS, 2 * growAfterNanos);
        changed(nowNanos);
    }

    /** Whether {@link #decide} would look now: the figures are expensive. */
    boolean isDue(long nowNanos) {
        return !isFixed() && nowNanos - lookedNanos >= everyNanos;
    }

    /**
     * Decides; called when it is due and all connections are open and in step.
     *
     * @param best the best subset of each size, the smallest first, of the messages sampled since the last change
     * @param lost messages that were lost on all connections, since the feed was created
     */
    Decision decide(int connections, List<SubsetFigures> best, long lost, long nowNanos) {
        lookedNanos = nowNanos;
        boolean lostAny = lost > lostBefore;
        lostBefore = lost;
        if (lostAny && connections < max) {
            return grow("messages were lost on all connections", nowNanos);
        }
        if (best.size() != connections || connections < 2 || best.get(0).messages() < MESSAGES) {
            return Decision.NONE;
        }
        SubsetFigures without = best.get(connections - 2);
        SubsetFigures all = best.get(connections - 1);
        long addedMicros = without.lagP99Micros() - all.lagP99Micros();
        boolean loses = without.lost() > 0 || without.lagP99Micros() < 0;
        boolean worth = loses || addedMicros > WORTH_MICROS;
        boolean worthless = !loses && addedMicros <= WORTH_MICROS / 2;
        worthInARow = worth ? worthInARow + 1 : 0;
        worthlessInARow = worthless ? worthlessInARow + 1 : 0;
        String figures = "without one of " + connections + ", p99 + " + addedMicros / 1_000.0 + " ms and "
                + without.lost() + " of " + all.messages() + " messages lost";
        if (worthInARow >= GROW_AFTER && connections < max && nowNanos - changedNanos >= growAfterNanos) {
            return grow(figures, nowNanos);
        }
        if (worthlessInARow >= SHRINK_AFTER && connections > min && !lostAny) {
            boolean grewLately = grown && nowNanos - grownNanos < LONGEST_NANOS;
            growAfterNanos = grewLately ? Math.min(LONGEST_NANOS, 2 * growAfterNanos) : everyNanos;
            changed(nowNanos);
            return new Decision(Change.SHRINK, other(all, without), figures);
        }
        return Decision.NONE;
    }

    private Decision grow(String why, long nowNanos) {
        grown = true;
        grownNanos = nowNanos;
        changed(nowNanos);
        return new Decision(Change.GROW, 0, why);
    }

    private void changed(long nowNanos) {
        changedNanos = nowNanos;
        worthInARow = 0;
        worthlessInARow = 0;
    }

    private static int other(SubsetFigures all, SubsetFigures without) {
        return all.connections().stream()
                .filter(number -> !without.connections().contains(number))
                .findFirst()
                .orElseThrow();
    }
}
