package io.firstline.replay.retention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which owner of a feed assigned which numbers. Each owner continues after the last number that it received from its
 * predecessor; greater numbers of the predecessor do not count. Immutable.
 *
 * @param begins ascending in both; the first may begin before the remembered range
 */
public record EpochHistory(List<Begin> begins) {
    /** At most this many owners are remembered. */
    private static final int MOST = 32;

    public static final EpochHistory NONE = new EpochHistory(List.of());

    /** An owner's first number. */
    public record Begin(int epoch, long first) {
        private static final Pattern FORMAT = Pattern.compile("(\\d+):(\\d+)");

        private static Begin parse(String text) {
            Matcher parts = FORMAT.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException("found \"" + text + "\", allowed: EPOCH:FIRST");
            }
            return new Begin(Integer.parseInt(parts.group(1)), Long.parseLong(parts.group(2)));
        }
    }

    public EpochHistory {
        begins = List.copyOf(begins);
    }

    public boolean isEmpty() {
        return begins.isEmpty();
    }

    /** Returns the present owner's epoch; -1 = none is known. */
    public int newest() {
        return begins.isEmpty() ? -1 : begins.get(begins.size() - 1).epoch();
    }

    /** Returns the epoch that a number belongs to; -1 = it is older than the known ones. */
    public int epochOf(long sequence) {
        for (int i = begins.size() - 1; i >= 0; i--) {
            if (begins.get(i).first() <= sequence) {
                return begins.get(i).epoch();
            }
        }
        return -1;
    }

    /** Returns the first number that may mean different messages in the two lists; {@code Long.MAX_VALUE} = none. */
    public long divergence(EpochHistory other) {
        return Math.min(firstUnknownTo(other), other.firstUnknownTo(this));
    }

    private long firstUnknownTo(EpochHistory other) {
        return begins.stream()
                .filter(begin -> !other.begins.contains(begin) && !isBeforeItsTime(begin, other))
                .mapToLong(Begin::first)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Returns whether the other list starts in this epoch or later, so that it cannot know where the epoch began. */
    private boolean isBeforeItsTime(Begin begin, EpochHistory other) {
        boolean joinedHere = begin.epoch() == begins.get(0).epoch()
                && other.begins.stream().anyMatch(theirs -> theirs.epoch() == begin.epoch());
        return joinedHere
                || other.isEmpty()
                || (begin.epoch() <= other.begins.get(0).epoch() && !other.isComplete());
    }

    /** Returns whether it knows the owner of every number: an owner that had nothing begins with 1. */
    private boolean isComplete() {
        return begins.get(0).first() == 1;
    }

    /** Returns this list up to a number, and the other list from there on. */
    public EpochHistory upTo(long end, EpochHistory other) {
        EpochHistory all = new EpochHistory(
                begins.stream().filter(begin -> begin.first() < end).toList());
        if (other.epochOf(end) >= 0 && other.epochOf(end) != all.epochOf(end)) {
            all = all.begin(other.epochOf(end), end);
        }
        for (Begin begin : other.begins) {
            all = begin.first() > end ? all.begin(begin.epoch(), begin.first()) : all;
        }
        return all;
    }

    /** Adds an owner; later numbers of earlier owners do not count from its first number on. */
    public EpochHistory begin(int epoch, long first) {
        List<Begin> now = new ArrayList<>();
        for (Begin begin : begins) {
            if (begin.epoch() < epoch && begin.first() < first) {
                now.add(begin);
            }
        }
        now.add(new Begin(epoch, first));
        return new EpochHistory(now.subList(Math.max(0, now.size() - MOST), now.size()));
    }

    /** Merges two lists; the earlier first number of an epoch is the better known one. */
    public EpochHistory and(EpochHistory other) {
        Map<Integer, Long> firsts = new TreeMap<>();
        Stream.concat(begins.stream(), other.begins.stream())
                .forEach(begin -> firsts.merge(begin.epoch(), begin.first(), Math::min));
        EpochHistory all = NONE;
        for (Map.Entry<Integer, Long> begin : firsts.entrySet()) {
            all = all.begin(begin.getKey(), begin.getValue());
        }
        return all;
    }

    /** Format {@code 0:1,3:4711}: from number 4711 on the owner is that of epoch 3. */
    @Override
    public String toString() {
        return String.join(
                ",",
                begins.stream()
                        .map(begin -> begin.epoch() + ":" + begin.first())
                        .toList());
    }

    public static EpochHistory parse(String text) {
        return text.isEmpty()
                ? NONE
                : new EpochHistory(
                        Arrays.stream(text.split(",")).map(Begin::parse).toList());
    }
}
