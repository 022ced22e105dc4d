package io.firstline.cluster;

import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which messages of an owner may be repeats of messages that it had not received from its predecessor. Any can be one if
 * the owner's first message was missed: the owner may have begun at any number before.
 */
final class PossibleRepeats {
    private final Map<Integer, Map<Long, Integer>> countsOf = new HashMap<>();

    /** Takes a message that a node has published. */
    void published(FeedMessage message) {
        countsOf.computeIfAbsent(message.epoch(), epoch -> new HashMap<>()).merge(message.identity(), 1, Integer::sum);
    }

    /**
     * Returns the messages without those that may be one that an owner before has published, and without what follows
     * them in their streams: this node receives all of these too, and in order.
     */
    List<FeedMessage> removedFrom(List<FeedMessage> messages) {
        List<FeedMessage> certain = new ArrayList<>();
        Set<String> doubtful = new HashSet<>();
        Map<Integer, Map<Long, Integer>> before = new HashMap<>();
        for (FeedMessage message : messages) {
            Map<Long, Integer> left = before.computeIfAbsent(message.epoch(), this::before);
            Integer count = left.computeIfPresent(message.identity(), (identity, n) -> n - 1);
            boolean mayBeARepeat = count != null && count >= 0;
            if (mayBeARepeat) {
                doubtful.add(message.stream());
            } else if (!doubtful.contains(message.stream())) {
                certain.add(message);
            }
        }
        return certain;
    }

    private Map<Long, Integer> before(int epoch) {
        Map<Long, Integer> all = new HashMap<>();
        countsOf.forEach((each, counts) -> {
            if (each < epoch) {
                counts.forEach((identity, count) -> all.merge(identity, count, Integer::sum));
            }
        });
        return all;
    }
}
