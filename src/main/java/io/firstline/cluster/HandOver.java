package io.firstline.cluster;

import java.util.concurrent.TimeUnit;

/**
 * When an owner hands a feed over that it could keep: at once if it does not receive it and another does, and after a while if another
 * comes first for it, which would else have no feed after a restart. Pure and single-threaded; times are nanoseconds of one monotonic
 * clock.
 */
final class HandOver {
    /** How long an owner that receives nothing tries to reconnect. */
    private static final long BLIND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** So long if no other is warm: nobody becomes so while nothing is published. */
    private static final long BLIND_ALL_COLD_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** A feed goes to the member that comes first for it when that could have had it for so long; one feed in so long. */
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final long APART_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** When this member last received the feed, or did not own it. */
    private long receivedNanos;
    /** When the feed was last where it belongs, as far as that can have it. */
    private long atHomeNanos;

    /** Why a feed is handed over. */
    enum Reason {
        BLIND("it does not receive the feed"),
        AWAY("the preferred member is ready");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * How it is now.
     *
     * @param owns whether this member publishes the feed
     * @param receives whether it receives the feed
     * @param othersReceive whether another does
     * @param othersAreWarm whether another could take it over without a loss
     * @param firstIsWarm whether the member that comes first could, and is another
     */
    record Facts(boolean owns, boolean receives, boolean othersReceive, boolean othersAreWarm, boolean firstIsWarm) {}

    /**
     * Decides; called periodically.
     *
     * @param lastNanos when a feed was last handed to its preferred member from here
     * @return null = keep the feed
     */
    Reason decide(Facts facts, long lastNanos, long nowNanos) {
        if (!facts.owns() || facts.receives()) {
            receivedNanos = nowNanos;
        }
        if (!facts.owns() || !facts.firstIsWarm()) {
            atHomeNanos = nowNanos;
        }
        long blindNanos = nowNanos - receivedNanos;
        if ((facts.othersAreWarm() && blindNanos > BLIND_NANOS)
                || (facts.othersReceive() && blindNanos > BLIND_ALL_COLD_NANOS)) {
            return Reason.BLIND;
        }
        return nowNanos - atHomeNanos >= SETTLED_NANOS && nowNanos - lastNanos >= APART_NANOS ? Reason.AWAY : null;
    }
}
