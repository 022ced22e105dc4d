package io.firstline.bus;

import java.util.HashMap;
import java.util.Map;

/**
 * Decides what becomes of the messages for a consumer that is behind. Sheds from the bound down to half of it, so that it sheds seldom
 * and much. Not thread-safe.
 *
 * <p>The first messages of each address are kept until the shedding ends. A consumer that asks for its messages one by one
 * ({@code pause}, {@code fetch}) pays for each with its demand, also for one that it never sees: if all were shed, it would wait for
 * ever for what it has asked for. And a quiet stream beside a busy one loses nothing.
 */
final class Shedding {
    /** What becomes of a message. */
    enum Verdict {
        PASS,
        KEEP,
        SHED
    }

    private final Amount bound;
    private final long keepPerAddress;
    private final Map<String, Long> seen = new HashMap<>();
    /** Where the consumer was when the shedding began; null while everything is passed on. */
    private Amount began;

    private boolean roomToKeep;

    /**
     * Begins with a consumer that is not behind.
     *
     * @param keepPerAddress as many as a consumer is likely to have asked for at once
     */
    Shedding(Amount bound, long keepPerAddress) {
        this.bound = bound;
        this.keepPerAddress = keepPerAddress;
    }

    boolean isOn() {
        return began != null;
    }

    /**
     * The consumer has got to a position.
     *
     * @param sent what was published to it
     * @return whether the shedding ends here, so that what was kept is due
     */
    boolean reached(Amount position, Amount sent) {
        Amount behind = sent.minus(position);
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

    /** The verdict on the next message. */
    Verdict next(String address) {
        if (began == null) {
            return Verdict.PASS;
        }
        return roomToKeep && seen.merge(address, 1L, Long::sum) <= keepPerAddress ? Verdict.KEEP : Verdict.SHED;
    }
}
