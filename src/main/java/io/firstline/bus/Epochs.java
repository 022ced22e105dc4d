package io.firstline.bus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which owner of a feed gave which numbers: each goes on from the last number that it saw of the one before, so what that one numbered
 * beyond, unseen, does not count. Immutable.
 *
 * @param begins ascending in both; the first may begin before what is remembered
 */
record Epochs(List<Begin> begins) {
    /** Who looks further back than so many owners finds the oldest of them. */
    private static final int MOST = 32;

    static final Epochs NONE = new Epochs(List.of());

    /** An owner's first number. */
    record Begin(int epoch, long first) {}

    Epochs {
        begins = List.copyOf(begins);
    }

    boolean isEmpty() {
        return begins.isEmpty();
    }

    /** The owner now; -1 = none is known. */
    int newest() {
        return begins.isEmpty() ? -1 : begins.get(begins.size() - 1).epoch();
    }

    /** Whose number it is; -1 = it is from before what is known. */
    int epochOf(long sequence) {
        for (int i = begins.size() - 1; i >= 0; i--) {
            if (begins.get(i).first() <= sequence) {
                return begins.get(i).epoch();
            }
        }
        return -1;
    }

    /** From which number on it may mean other messages than with another's table; {@code Long.MAX_VALUE} = from none. */
    long divergence(Epochs other) {
        return Math.min(firstUnknownTo(other), other.firstUnknownTo(this));
    }

    private long firstUnknownTo(Epochs other) {
        return begins.stream()
                .filter(begin -> !other.begins.contains(begin) && !isBeforeItsTime(begin, other))
                .mapToLong(Begin::first)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Who joined in an epoch, or after it, does not know where it began. */
    private boolean isBeforeItsTime(Begin begin, Epochs other) {
        boolean joinedHere = begin.epoch() == begins.get(0).epoch()
                && other.begins.stream().anyMatch(theirs -> theirs.epoch() == begin.epoch());
        return joinedHere
                || other.isEmpty()
                || begin.epoch() <= other.begins.get(0).epoch();
    }

    /** As it is up to a number, and as another says from there on. */
    Epochs upTo(long end, Epochs other) {
        Epochs all =
                new Epochs(begins.stream().filter(begin -> begin.first() < end).toList());
        if (other.epochOf(end) >= 0 && other.epochOf(end) != all.epochOf(end)) {
            all = all.begin(other.epochOf(end), end);
        }
        for (Begin begin : other.begins) {
            all = begin.first() > end ? all.begin(begin.epoch(), begin.first()) : all;
        }
        return all;
    }

    /** A further owner begins; what others numbered from there on does not count. */
    Epochs begin(int epoch, long first) {
        List<Begin> now = new ArrayList<>();
        for (Begin begin : begins) {
            if (begin.epoch() < epoch && begin.first() < first) {
                now.add(begin);
            }
        }
        now.add(new Begin(epoch, first));
        return new Epochs(now.subList(Math.max(0, now.size() - MOST), now.size()));
    }

    /** With what another knows: who has seen more of an owner has seen it begin earlier. */
    Epochs and(Epochs other) {
        Map<Integer, Long> firsts = new TreeMap<>();
        Stream.concat(begins.stream(), other.begins.stream())
                .forEach(begin -> firsts.merge(begin.epoch(), begin.first(), Math::min));
        Epochs all = NONE;
        for (Map.Entry<Integer, Long> begin : firsts.entrySet()) {
            all = all.begin(begin.getKey(), begin.getValue());
        }
        return all;
    }

    /** As {@code 0:1,3:4711}: from number 4711 on the owner is that of epoch 3. */
    @Override
    public String toString() {
        return String.join(
                ",",
                begins.stream()
                        .map(begin -> begin.epoch() + ":" + begin.first())
                        .toList());
    }

    static Epochs parse(String text) {
        return text.isEmpty()
                ? NONE
                : new Epochs(Arrays.stream(text.split(","))
                        .map(begin -> {
                            int colon = begin.indexOf(':');
                            if (colon < 0) {
                                throw new IllegalArgumentException("found \"" + begin + "\", allowed: EPOCH:FIRST");
                            }
                            return new Begin(
                                    Integer.parseInt(begin.substring(0, colon)),
                                    Long.parseLong(begin.substring(colon + 1)));
                        })
                        .toList());
    }
}
