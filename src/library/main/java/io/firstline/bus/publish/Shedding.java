package io.firstline.bus.publish;

import java.util.HashMap;
import java.util.Map;

/**
 * Decides about the messages for a consumer with a backlog. Drops messages from the bound down to half of it, so that
 * it drops rarely and many at a time. Not thread-safe.
 *
 * <p>The first messages of each address are kept until the dropping ends. A consumer that requests messages one by
 * one ({@code pause}, {@code fetch}) spends its demand on dropped messages too: if all were dropped, it would wait
 * for ever. And a quiet stream beside a busy one loses nothing.
 */
final class Shedding {
    /** The decision about a message. */
    enum Verdict {
        PASS,
        KEEP,
        SHED
    }

    private final Volume bound;
    private final long keepPerAddress;
    private final Map<String, Long> seen = new HashMap<>();
    /** The consumer's position when the dropping began; null while every message is passed on. */
    private Volume began;

    private boolean roomToKeep;

    /**
     * Starts with a consumer without a backlog.
     *
     * @param keepPerAddress as many messages as a consumer usually requests at once
     */
    Shedding(Volume bound, long keepPerAddress) {
        this.bound = bound;
        this.keepPerAddress = keepPerAddress;
    }

    boolean isOn() {
        return began != null;
    }

    /**
     * The consumer has reached a position.
     *
     * @param sent what was published to it
     * @return whether the dropping ends here, so that the kept messages are due
     */
    boolean reached(Volume position, Volume sent) {
        Volume behind = sent.minus(position);
        if (began == null) {
            if (behind.exceeds(bound)) {
                began = position;
                roomToKeep = true;
            }
            return false;
        }
        if (behind.exceeds(bound.dividedBy(2))) {
            roomToKeep = position.minus(began).bytes() <= bound.bytes();
            return false;
        }
        began = null;
        seen.clear();
        return true;
    }

    /** Decides about the next message. */
    Verdict next(String address) {
        if (began == null) {
            return Verdict.PASS;
        }
        return roomToKeep && seen.merge(address, 1L, Long::sum) <= keepPerAddress ? Verdict.KEEP : Verdict.SHED;
    }
}
