package io.firstline.cluster;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Decides when an owner hands over a feed that it could keep: soon if it does not receive the feed and another member
 * does, and later if another member is preferred for it. Without the second rule a restarted member would get no feed
 * back. Pure and single-threaded; times are nanoseconds of one monotonic clock.
 *
 * <p>If nothing is answered on the owner's open connections, it may be cut off from the exchange, or the exchange
 * stalls for all members. The evidence is another member that has received something since: its silence is much
 * shorter. Without it the owner keeps the feed.
 *
 * <p>The owner need not wait for its pings if a warm member receives messages, has heard everything that the owner has
 * published, and finds none of its messages in it. It first waits until its event loop is on time: until then, messages
 * may have arrived that it has not read.
 */
final class HandOverPolicy {
    /** How long an owner that receives nothing tries to reconnect. */
    private static final long NOT_RECEIVING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /**
     * The same if no other is warm, because none becomes warm while nothing is published, or soon after another such
     * hand-over.
     */
    private static final long NOT_RECEIVING_LONG_NANOS = TimeUnit.SECONDS.toNanos(3);

    /**
     * How long it waits after a time in which no other received the feed: a stalled exchange returns to one member
     * before another.
     */
    private static final long BACK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A process that was paused reads the messages that have arrived meanwhile within this time. */
    private static final long LACKS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The shortest time between two such hand-overs. */
    private static final long LACKS_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long SHORT_WHILE_NANOS = TimeUnit.SECONDS.toNanos(10);
    /**
     * Another member receives the feed if its silence is shorter by this factor. In a quiet feed only pongs arrive,
     * and a connection counts as unanswered two ping intervals after the last one. In a stall of the exchange the
     * silences differ by one interval at most.
     */
    private static final int SHORTER = 3;
    /**
     * A silence that is not shorter by this factor is the same silence: that member does not receive the feed either.
     */
    private static final int AS_LONG = 2;

    /** A feed moves to its preferred member after that one has been ready for this long. */
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final long APART_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** When this member last received the feed, or did not own it. */
    private long receivedNanos;
    /** When no other member seemed to receive the feed the last time. */
    private long nobodyNanos;

    private boolean nobodyYet;
    /** When this member handed it over the last time because it did not receive it. */
    private long notReceivingNanos;

    private boolean notReceivingBefore;
    /** When this member last published everything that others receive, was late, or did not own the feed. */
    private long lacksNothingNanos;

    /** When the feed was last on its preferred member, or that one was not ready. */
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
     * The facts for the decision.
     *
     * @param owns whether this member publishes the feed
     * @param receives whether it receives the feed
     * @param silentNanos how long nothing has arrived, if its open connections are not answered; otherwise 0
     * @param others the other present members that receive the feed, too
     * @param firstIsWarm whether the preferred member is another one that could take over without a loss
     * @param late whether the feed's event loop is late, or was until now: messages may have arrived and not been read
     * @param lacks whether a member that could take over without a loss receives messages that this one does not
     *     publish, though it has heard everything from here
     */
    record Facts(
            boolean owns,
            boolean receives,
            long silentNanos,
            List<Other> others,
            boolean firstIsWarm,
            boolean late,
            boolean lacks) {
        private boolean isReceivedByAnother(int factor) {
            return others.stream().anyMatch(other -> isMoreSilent(factor, other));
        }

        private boolean isReceivedByAWarmOne() {
            return others.stream().anyMatch(other -> other.warm && isMoreSilent(SHORTER, other));
        }

        private boolean isMoreSilent(int factor, Other than) {
            return silentNanos == 0 || factor * than.silentNanos <= silentNanos;
        }
    }

    /**
     * Another member that receives the feed.
     *
     * @param warm whether it could take the feed over without a loss
     * @param silentNanos how long nothing has arrived there
     */
    record Other(boolean warm, long silentNanos) {}

    /**
     * Decides; called periodically.
     *
     * @param lastNanos when a feed was last handed to its preferred member from here
     * @return null = keep the feed
     */
    Reason decide(Facts facts, long lastNanos, long nowNanos) {
        if (!facts.owns() || facts.receives()) {
            receivedNanos = nowNanos;
            nobodyYet = false;
        }
        if (!facts.owns() || !facts.lacks() || facts.late()) {
            lacksNothingNanos = nowNanos;
        } else if (nowNanos - lacksNothingNanos >= LACKS_NANOS && !isAgain(LACKS_AGAIN_NANOS, nowNanos)) {
            return blind(nowNanos);
        }
        if (!facts.owns() || !facts.firstIsWarm()) {
            atHomeNanos = nowNanos;
        }
        if (facts.owns() && !facts.receives()) {
            if (!facts.isReceivedByAnother(AS_LONG)) {
                nobodyYet = true;
                nobodyNanos = nowNanos;
            } else if (facts.isReceivedByAnother(SHORTER) && isNotReceiving(facts, nowNanos)) {
                return blind(nowNanos);
            }
        }
        return nowNanos - atHomeNanos >= SETTLED_NANOS && nowNanos - lastNanos >= APART_NANOS ? Reason.AWAY : null;
    }

    private Reason blind(long nowNanos) {
        notReceivingBefore = true;
        notReceivingNanos = nowNanos;
        return Reason.BLIND;
    }

    private boolean isAgain(long withinNanos, long nowNanos) {
        return notReceivingBefore && nowNanos - notReceivingNanos < withinNanos;
    }

    private boolean isNotReceiving(Facts facts, long nowNanos) {
        if (nobodyYet && nowNanos - nobodyNanos <= BACK_NANOS) {
            return false;
        }
        boolean mayBeLate = facts.late() && facts.silentNanos() > 0;
        boolean again = mayBeLate || isAgain(SHORT_WHILE_NANOS, nowNanos);
        long forNanos = Math.max(nowNanos - receivedNanos, facts.silentNanos());
        return forNanos > (facts.isReceivedByAWarmOne() && !again ? NOT_RECEIVING_NANOS : NOT_RECEIVING_LONG_NANOS);
    }
}
