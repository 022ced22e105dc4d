package io.firstline.bus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    /** Where an owner's numbers cease to count; none has come after it: {@code Long.MAX_VALUE}. */
    long endOf(int epoch) {
        return begins.stream()
                .filter(begin -> begin.epoch() > epoch)
                .mapToLong(Begin::first)
                .min()
                .orElse(Long.MAX_VALUE);
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
                            return new Begin(
                                    Integer.parseInt(begin.substring(0, colon)),
                                    Long.parseLong(begin.substring(colon + 1)));
                        })
                        .toList());
    }
}
