package io.firstline.merge;

import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamClass.Link;
import io.firstline.feed.message.OutgoingCopy;
import java.util.Set;
import java.util.TreeSet;

/** What recorded messages show of one class of a profile. */
public final class ClassTrial {
    private static final int MAX_NAMES = 1_000;

    private final StreamClass type;
    private final Set<String> streams = new TreeSet<>();
    private long messages;
    private long keys;
    private long numbers;
    private long chained;
    private long broken;

    ClassTrial(StreamClass type) {
        this.type = type;
    }

    void message(String stream, boolean hasKey) {
        messages++;
        keys += hasKey ? 1 : 0;
        if (streams.size() < MAX_NAMES) {
            streams.add(stream);
        }
    }

    /**
     * A message has a number.
     *
     * @param before the last number of its stream on its connection; null = none
     */
    void numbered(Long before, long first, long last, boolean restarts) {
        numbers++;
        boolean linked = type.sequence().link() == Link.INCREASING || first != OutgoingCopy.NO_NUMBER;
        if (before == null || restarts || !linked) {
            return; // no step
        }
        boolean holds =
                type.sequence().link() == Link.INCREASING ? last >= before : first <= before + 1 && last >= before;
        chained += holds ? 1 : 0;
        broken += holds ? 0 : 1;
    }

    public StreamClass type() {
        return type;
    }

    public boolean wantsKey() {
        return !type.key().isEmpty();
    }

    public boolean wantsNumbers() {
        return !type.sequence().last().isEmpty();
    }

    /** The names of its streams, at most 1,000. */
    public Set<String> streams() {
        return streams;
    }

    public long messages() {
        return messages;
    }

    /** The messages with a key. */
    public long keys() {
        return keys;
    }

    /** The messages with a number. */
    public long numbers() {
        return numbers;
    }

    /** The steps from one number to the next that are as the sequence says. */
    public long chained() {
        return chained;
    }

    /** The steps that are not: a missing message, an older one, or a wrong sequence. */
    public long broken() {
        return broken;
    }
}
