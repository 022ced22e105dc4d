package io.firstline.feed;

import io.firstline.arbitration.Arbiter;
import io.firstline.connection.Scheduler;
import io.firstline.connection.report.Disconnect;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.EvictionReason.Cause;
import io.firstline.feed.report.FeedActivity;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Replaces connections that answer nothing or are due, and keeps a replaced one open as long as it may deliver messages
 * that no other has. Runs on the feed's context; only {@link #activity()} may be called on any thread.
 */
final class Replacements {
    /** The shortest time between two replacements for silent connections while no connection is heard. */
    private static final long BESIDE_NANOS = 2_000_000_000L;
    /** A silent connection has recovered once frames arrive on it again for this long. */
    private static final long BACK_NANOS = 2_000_000_000L;
    /** A connection with a shorter silence is closed as soon as it is replaced. */
    private static final long BRIEFLY_SILENT_MS = 500;
    /** A connection that the server closes earlier is opened again with back-off, whatever its code says. */
    private static final long LEAST_AGE_MS = 1_000;

    private final SlotTable slotTable;
    private final FeedCondition condition;
    private final FeedEventLog eventLog;
    private final Scheduler scheduler;
    /** Only then are the rest of a replaced connection's messages of use. */
    private final boolean arbitrates;

    private final long trialMs;
    private final List<Integer> closeCodes;
    /** Replaced connections that stay open because they may still deliver messages that no other has. */
    private final List<PooledConnection> lingering = new ArrayList<>();

    private volatile FeedActivity activity = FeedActivity.NONE;
    private boolean openedBeside;
    private long openedBesideNanos;

    /**
     * Creates it for a feed without connections.
     *
     * @param closeCodes the codes of close frames that announce the end of the other connections to the host
     */
    Replacements(FeedParts parts, Redundancy redundancy, List<Integer> closeCodes) {
        this.slotTable = parts.slotTable();
        this.condition = parts.condition();
        this.eventLog = parts.eventLog();
        this.scheduler = parts.scheduler();
        this.arbitrates = redundancy.arbitrates();
        this.trialMs = redundancy.times().trialMs();
        this.closeCodes = closeCodes;
    }

    /** Returns how long a candidate may take until it delivers in step, milliseconds. */
    long trialMs() {
        return trialMs;
    }

    /** Returns what arrives on the connections. */
    FeedActivity activity() {
        return activity;
    }

    /** The feed is closing. */
    void stop() {
        activity = FeedActivity.NONE;
    }

    /** The feed has closed its connections. */
    void clear() {
        lingering.clear();
    }

    /** A connection has ended. */
    void ended(PooledConnection pooled) {
        lingering.remove(pooled);
    }

    // connections that answer nothing

    /** Closes a connection that answers nothing, opens another one beside it, or waits. */
    void judge(PooledConnection pooled) {
        decideOn(pooled);
        noteActivity(scheduler.nowNanos());
    }

    private void decideOn(PooledConnection pooled) {
        ConnectionSlot slot = pooled.slot;
        boolean isCandidate = pooled == slot.candidate();
        if (!pooled.isLive() || (pooled != slot.pooled() && !isCandidate)) {
            return;
        }
        List<HalfOpenPolicy.Heard> siblings = slotTable.placed().stream()
                .filter(sibling -> sibling != pooled)
                .map(PooledConnection::heard)
                .toList();
        long now = scheduler.nowNanos();
        long asked = pooled.connection.pings().askedNanos();
        long lastFrame = pooled.connection.pings().lastFrameNanos();
        HalfOpenPolicy.Verdict verdict = HalfOpenPolicy.verdict(asked, lastFrame, siblings, now);
        if (verdict == HalfOpenPolicy.Verdict.CUT
                || (isCandidate && verdict == HalfOpenPolicy.Verdict.REPLACE && !pooled.isProven())) {
            pooled.connection.abort(Disconnect.Cause.HALF_OPEN, pooled.unanswered());
        } else if (verdict == HalfOpenPolicy.Verdict.REPLACE && !isCandidate) {
            openBeside(slot, HalfOpenPolicy.isAnybodyHeard(asked, lastFrame, siblings, now), now);
        }
    }

    /** While no connection is heard, one attempt at a time is enough to find out whether the server is there. */
    private void openBeside(ConnectionSlot slot, boolean anybodyHeard, long nowNanos) {
        if (slot.candidate() != null && !slot.isChallenged()) {
            return;
        }
        if (!anybodyHeard) {
            boolean tooSoon = openedBeside && nowNanos - openedBesideNanos < BESIDE_NANOS;
            if (tooSoon || slotTable.slots().stream().anyMatch(ConnectionSlot::isHalfOpenReplaced)) {
                return;
            }
            openedBeside = true;
            openedBesideNanos = nowNanos;
        }
        slot.replaceImpaired(trialMs, !anybodyHeard);
    }

    /** Judges the connections that answer nothing again; called several times a second. */
    void judgeImpaired() {
        for (PooledConnection pooled : slotTable.open()) {
            if (pooled.connection.pings().isUnanswered()) {
                decideOn(pooled);
            }
        }
        long now = scheduler.nowNanos();
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.isLive() && slot.pooled().unsubscribed) {
                openBeside(slot, false, now);
            }
            // not at once: a frame that ends a stall may be the last one on this connection
            if (slot.isAliveAgain() && now - slot.pooled().connection.pings().stallEndedNanos() >= BACK_NANOS) {
                slot.abandon("the old connection is alive again");
            }
        }
        for (PooledConnection pooled : List.copyOf(lingering)) {
            if (pooled.isSpent(now)) {
                lingering.remove(pooled);
                pooled.discard("evicted");
            }
        }
        noteActivity(now);
    }

    void noteActivity(long nowNanos) {
        int live = slotTable.live();
        boolean unanswered = slotTable.isUnanswered();
        activity = live == 0
                ? FeedActivity.NONE
                : new FeedActivity(live, slotTable.lastFrameNanos(), unanswered, !lingering.isEmpty());
        if (!unanswered) {
            condition.over(ProfileProblem.UNANSWERED, "");
        } else if (nowNanos - activity.lastFrameNanos() >= HalfOpenPolicy.ALONE_NANOS) {
            condition.unanswered(live);
        }
    }

    /** Closes a replaced connection, unless it is silent and may still deliver messages that no other has. */
    void release(PooledConnection old, String reason) {
        long lastFrameNanos = old.connection.pings().lastFrameNanos();
        boolean needed = arbitrates
                && old.connection.silentMs() >= BRIEFLY_SILENT_MS
                && slotTable.placed().stream()
                        .noneMatch(sibling -> sibling.heard().covers(lastFrameNanos));
        if (needed) {
            old.linger();
            lingering.add(old);
        } else {
            old.discard(reason);
        }
    }

    /** Closes replaced connections while the arbiter has fewer slots than there are open connections. */
    void makeRoom() {
        while (slotTable.open().size() > Arbiter.MAX_LINES && !lingering.isEmpty()) {
            lingering.get(0).connection.abort(Disconnect.Cause.HALF_OPEN, "replaced, and still silent");
        }
    }

    // connections that are due

    /** Replaces a connection now, on request; returns false if it is already being replaced or is not open. */
    boolean replace(String connectionId) {
        ConnectionSlot slot = slotTable.slotOf(connectionId);
        slot.endRest();
        return slot.replace(EvictionReason.of(Cause.REQUESTED), trialMs);
    }

    /** Replaces every connection, one after another. */
    void retireAll(Cause cause) {
        slotTable.slots().stream()
                .flatMap(slot -> Stream.of(Optional.ofNullable(slot.pooled()), Optional.ofNullable(slot.candidate())))
                .flatMap(Optional::stream)
                .forEach(pooled -> pooled.retire(EvictionReason.of(cause)));
        replaceDue();
    }

    /** The server announces that it closes a connection. */
    void shutdownAnnounced(PooledConnection pooled) {
        if (!pooled.isUrgent()) {
            eventLog.shutdownAnnounced(pooled);
            pooled.retireAtOnce(EvictionReason.of(Cause.SERVER_SHUTDOWN));
            replaceDue();
        }
    }

    /**
     * The server has closed a connection. If its code announces that it will close the others too, the others that are
     * open to this host are replaced, one after another.
     *
     * @return whether to open the next one without back-off: the end counts as announced
     */
    boolean closedByServer(PooledConnection gone, Disconnect end) {
        if (end.cause() != Disconnect.Cause.CLOSED || !closeCodes.contains(end.code())) {
            return false;
        }
        EvictionReason reason = EvictionReason.of(Cause.SERVER_SHUTDOWN);
        if (!reason.equals(gone.due())) { // otherwise this is known
            eventLog.shutdownAnnounced(gone);
            String host = hostOf(gone);
            slotTable.placed().stream()
                    .filter(other -> hostOf(other).equals(host))
                    .forEach(other -> other.retire(reason));
        }
        return gone.connection.ageMs() >= LEAST_AGE_MS;
    }

    private static String hostOf(PooledConnection member) {
        return URI.create(member.connection.config().url()).getHost();
    }

    /**
     * Replaces connections that are due: at once if their server announced its shutdown, otherwise one after another.
     */
    void replaceDue() {
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.isLive() && slot.pooled().due() != null && (slot.pooled().isUrgent() || !anyUnproven())) {
                slot.replace(slot.pooled().due(), trialMs);
            }
        }
    }

    /** Returns whether a connection is missing or unproven: no other is replaced by our choice meanwhile. */
    boolean anyUnproven() {
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.candidate() != null || !slot.isLive() || !slot.pooled().isProven()) {
                return true;
            }
        }
        return false;
    }
}
