package io.firstline.feed;

import io.firstline.arbitration.Arbiter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Detects two connections that lack the same messages again and again: they may come from one upstream, and fail
 * together. Pure; connections are known by their slots in the arbiter, times are nanoseconds of the monotonic clock.
 *
 * <p>Two connections share their losses if each lacks at least {@value #MESSAGES} messages, {@value #OF_TEN} of ten of
 * these are lacking on the other one too, and this happened at {@value #TIMES} times that lie at least
 * {@value #APART_S} seconds apart. They no longer do if fewer than half of the messages are the same. Counts are halved
 * every ten minutes. A message that only one of four or more connections delivered does not count: it may be that
 * connection's own.
 */
final class SharedLosses {
    private static final int MESSAGES = 20;
    private static final int OF_TEN = 8;
    private static final int TIMES = 3;
    private static final int APART_S = 10;
    private static final long APART_NANOS = TimeUnit.SECONDS.toNanos(APART_S);
    private static final long HALVED_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int MANY_LINES = 4;

    /**
     * Two connections begin to share their losses, or stop.
     *
     * @param share the share of lacking messages that both lack, from 0 to 1
     */
    record Finding(int slot, int other, double share, boolean over) {}

    private static final class Pair {
        private final int slot;
        private final int other;
        private long messages;
        private long messagesBefore;
        private int times;
        private long lastNanos;
        private boolean shared;

        private Pair(int slot, int other) {
            this.slot = slot;
            this.other = other;
        }

        private void note(long nowNanos) {
            if (messages > messagesBefore && (times == 0 || nowNanos - lastNanos >= APART_NANOS)) {
                times++;
                lastNanos = nowNanos;
            }
            messagesBefore = messages;
        }
    }

    private final long[] lacking = new long[Arbiter.MAX_LINES];
    /** By both slots; only pairs that have lacked a message. */
    private final Map<Integer, Pair> pairs = new HashMap<>();

    private long halvedNanos;

    /** A feed starts. */
    void begin(long nowNanos) {
        pairs.clear();
        Arrays.fill(lacking, 0);
        halvedNanos = nowNanos;
    }

    /** These lines, as bits, lack a message that those others have delivered. */
    void lacked(long lines, long delivered) {
        int have = Math.max(1, Long.bitCount(delivered)); // the only one that has delivered it may have left since
        if (have == 1 && have + Long.bitCount(lines) >= MANY_LINES) {
            return;
        }
        for (long rest = lines; rest != 0; rest &= rest - 1) {
            int slot = Long.numberOfTrailingZeros(rest);
            lacking[slot]++;
            for (long others = rest & (rest - 1); others != 0; others &= others - 1) {
                pair(slot, Long.numberOfTrailingZeros(others)).messages++;
            }
        }
    }

    /** A line has delivered such a message after all; {@code delivered} = the lines that had before, as bits. */
    void regained(int slot, long delivered) {
        lacking[slot] = Math.max(0, lacking[slot] - 1);
        for (Pair pair : pairs.values()) {
            int other = pair.slot == slot ? pair.other : pair.slot;
            if ((pair.slot == slot || pair.other == slot) && (delivered & 1L << other) == 0 && pair.messages > 0) {
                pair.messages--;
                pair.messagesBefore = Math.min(pair.messagesBefore, pair.messages);
            }
        }
    }

    private Pair pair(int slot, int other) {
        return pairs.computeIfAbsent(slot * Arbiter.MAX_LINES + other, any -> new Pair(slot, other));
    }

    /** The slot is free, or another line's from now on; returns what is over therefore. */
    List<Finding> cleared(int slot) {
        lacking[slot] = 0;
        List<Finding> over = new ArrayList<>();
        for (Iterator<Pair> all = pairs.values().iterator(); all.hasNext(); ) {
            Pair pair = all.next();
            if (pair.slot == slot || pair.other == slot) {
                all.remove();
                if (pair.shared) {
                    over.add(new Finding(pair.slot, pair.other, 0, true));
                }
            }
        }
        return over;
    }

    /** Called about once a second. */
    List<Finding> look(long nowNanos) {
        List<Finding> findings = new ArrayList<>();
        for (Pair pair : pairs.values()) {
            pair.note(nowNanos);
            long most = Math.max(lacking[pair.slot], lacking[pair.other]);
            double share = most == 0 ? 0 : Math.min(1, (double) pair.messages / most);
            boolean shared = pair.shared ? remains(most, share) : begins(pair, share);
            if (shared != pair.shared) {
                pair.shared = shared;
                findings.add(new Finding(pair.slot, pair.other, share, !shared));
            }
        }
        if (nowNanos - halvedNanos >= HALVED_NANOS) {
            halve(nowNanos);
        }
        return findings;
    }

    private boolean begins(Pair pair, double share) {
        return Math.min(lacking[pair.slot], lacking[pair.other]) >= MESSAGES
                && pair.times >= TIMES
                && 10 * share >= OF_TEN;
    }

    private static boolean remains(long most, double share) {
        return most > 0 && (most < MESSAGES / 2 || share >= 0.5);
    }

    private void halve(long nowNanos) {
        halvedNanos = nowNanos;
        for (int slot = 0; slot < lacking.length; slot++) {
            lacking[slot] /= 2;
        }
        for (Pair pair : pairs.values()) {
            pair.messages /= 2;
            pair.messagesBefore /= 2;
            pair.times /= 2;
        }
    }
}
