package io.firstline.feed;

import io.firstline.config.ConnectTarget;
import io.firstline.connection.RetryPolicy;
import io.firstline.connection.Scheduler;
import io.firstline.connection.report.Disconnect;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.EvictionReason.Cause;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A place in a feed for one connection. A lost connection is opened again after a back-off. A connection to be
 * replaced gets a candidate and is closed only when the candidate is promoted. The feed decides about the promotion.
 */
final class ConnectionSlot {
    /** The feed of a slot. */
    interface Owner {
        /** Returns the targets of its connections, which slots use in turn. */
        List<ConnectTarget> targets();

        /** Returns whether there is neither a connection nor an attempt to open one. */
        boolean isDark();

        boolean hasLive();

        /**
         * Makes a connection.
         *
         * @param turn whose turn it is among the URLs and headers
         */
        PooledConnection newMember(ConnectionSlot slot, int turn);

        /**
         * Returns whose turn the next attempt of a slot is, if not the given one.
         *
         * @param slower the connection that a candidate replaces only if it is faster; null = none
         */
        int nextTurn(ConnectionSlot slot, int turn, PooledConnection slower);

        /** Returns how long an attempt must wait because the login was refused, milliseconds; 0 = it may begin. */
        long loginWaitMs();

        /** Returns how long an attempt must wait because the server allows no further connection, milliseconds. */
        long sessionWaitMs();

        /** An attempt must wait because the login or a further connection was refused; {@code first} as below. */
        void refusedMustWait(boolean first);

        /** An attempt that need not wait begins. */
        void tries();

        /** An attempt must wait for the budget of its host; {@code first} as below. */
        void mustWait(long waitMs, boolean first);

        /** There is no room for a candidate beside its member, which stays. */
        void lacksRoom(long waitMs);

        /** Returns whether a lost connection is being opened, or soon will be, in room that it has. */
        boolean isReconnecting();

        /** An attempt failed; {@code first} = the first on this slot since the feed was started. */
        void connectFailed(Throwable failure, ConnectTarget to, boolean first);

        /** A live connection has lost its slot to another one; close it. */
        void replaced(PooledConnection old, PooledConnection by, EvictionReason reason, String figures);

        /** A candidate is dropped; the connection that it was to replace stays, null = there is none. */
        void abandoned(PooledConnection stays, PooledConnection candidate, String why);

        /** The time of a candidate is over. */
        void trialOver(ConnectionSlot slot);
    }

    /** A shorter wait for a limit per second only spreads attempts. */
    private static final int REPORTED_WAIT_MS = 2_000;

    /** The user's wishes: without room for a candidate, the member is closed first. */
    private static final Set<Cause> ASKED_FOR = Set.of(Cause.REQUESTED, Cause.RECONFIGURED, Cause.RENEWED);

    private final Owner owner;
    private final int number;
    private final Scheduler scheduler;
    private final RetryPolicy retry;
    private final HostBudget budget;
    private final long openAfterMs;
    private final boolean reopens;
    private final ReplacementBackoff rest = new ReplacementBackoff();

    private PooledConnection pooled;
    private PooledConnection candidate;
    private EvictionReason evictionReason;
    private boolean challenged;
    private long waitedMs;
    private boolean waitsForRoom;
    private int attempt;
    /** The turn of the next attempt among the targets and headers. */
    private int path;

    /** When the back-off ends. */
    private long dueNanos;

    private long timer = -1;
    private long trialTimer = -1;
    private boolean open;

    /**
     * Creates an empty slot.
     *
     * @param budget asked before each attempt
     * @param path its index in the feed, which is also the index of its first target
     * @param openAfterMs the time from the start of the feed to the first attempt
     * @param reopens whether to open a lost connection again; a connection that never opened is retried in any case
     */
    ConnectionSlot(
            Owner owner,
            Scheduler scheduler,
            RetryPolicy retry,
            HostBudget budget,
            int path,
            long openAfterMs,
            boolean reopens) {
        this.owner = owner;
        this.number = path + 1;
        this.scheduler = scheduler;
        this.retry = retry;
        this.budget = budget;
        this.path = path;
        this.openAfterMs = openAfterMs;
        this.reopens = reopens;
    }

    /** Its number in the feed, from 1. */
    int number() {
        return number;
    }

    PooledConnection pooled() {
        return pooled;
    }

    PooledConnection candidate() {
        return candidate;
    }

    /** Why the member is being replaced, or was replaced the last time. */
    EvictionReason reason() {
        return evictionReason;
    }

    /** Returns whether the candidate must be better than the member, not only deliver. */
    boolean isChallenged() {
        return challenged;
    }

    boolean isLive() {
        return pooled != null && pooled.isLive();
    }

    /** Returns whether its lost connection is being opened, or soon will be, in room that it has. */
    boolean isReconnecting() {
        return !isLive() && !waitsForRoom;
    }

    void fill() {
        open = true;
        attempt = 0;
        if (openAfterMs == 0) {
            connect();
        } else {
            timer = scheduler.once(openAfterMs, this::connect);
        }
    }

    /** Returns the target of its next connection: after a failure, the next one. */
    private ConnectTarget target() {
        List<ConnectTarget> targets = owner.targets();
        return targets.get(Math.floorMod(path, targets.size()));
    }

    private void connect() {
        timer = -1;
        waitsForRoom = false;
        long refusedMs = Math.max(owner.loginWaitMs(), owner.sessionWaitMs());
        if (refusedMs > 0) {
            owner.refusedMustWait(attempt == 0);
            attempt = Math.max(attempt, 1);
            timer = scheduler.once(refusedMs, this::connect);
            return;
        }
        path = owner.nextTurn(this, path, null);
        ConnectTarget to = target();
        long waitMs = budget.take(to, owner.isDark());
        if (waitMs > 0) {
            waitsForRoom = budget.isFull();
            waitedMs += waitMs;
            if (waitedMs >= REPORTED_WAIT_MS || !budget.isPacing()) {
                owner.mustWait(waitMs, attempt == 0);
                attempt = Math.max(attempt, 1);
            }
            timer = scheduler.once(waitMs, this::connect);
            return;
        }
        waitedMs = 0;
        owner.tries();
        PooledConnection opening = owner.newMember(this, path);
        pooled = opening;
        opening.connection.ended().onComplete(done -> budget.ended(to));
        opening.connection.connect().onFailure(e -> {
            if (pooled == opening) {
                pooled = null;
                owner.connectFailed(e, to, attempt == 0);
                path++;
                again();
            }
        });
    }

    private void again() {
        if (!open) {
            return;
        }
        dueNanos = scheduler.nowNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(1, retry.delayMs(attempt++)));
        await();
    }

    /** Waits for the end of the back-off; while the feed has no connection, only until its host may be tried again. */
    private void await() {
        long leftMs = Math.max(1, (dueNanos - scheduler.nowNanos() + 999_999) / 1_000_000);
        long waitMs = owner.hasLive() ? leftMs : Math.min(leftMs, Math.max(1, budget.probeInMs(target())));
        timer = scheduler.once(waitMs, () -> {
            boolean due = dueNanos - scheduler.nowNanos() <= 0;
            if (due || (!owner.hasLive() && budget.probeInMs(target()) == 0)) {
                connect();
            } else {
                await();
            }
        });
    }

    /** Tries to connect now instead of at the end of the wait. */
    void connectNow() {
        if (open && pooled == null && timer != -1) {
            scheduler.cancel(timer);
            attempt = 0;
            connect();
        }
    }

    private void reopen() {
        if (reopens) {
            again();
        }
    }

    /** The member or the candidate of this slot has ended. */
    void lost(PooledConnection gone, Disconnect end) {
        if (gone == candidate) {
            abandon(end.toString());
        } else if (gone == pooled) {
            pooled = null;
            attempt = retry.attemptAfter(attempt, gone.connection.ageMs());
            path += gone.hasFailed() ? 1 : 0;
            if (candidate == null) {
                reopen();
            } else if (candidate.isLive()) {
                promote("");
            }
        }
    }

    /** A connection of this slot has opened: a candidate takes an empty slot at once. */
    void opened(PooledConnection opened) {
        if (opened == candidate && pooled == null) {
            promote("");
        }
    }

    /**
     * Opens a candidate beside the member. Returns false if there is no member to replace, already a candidate, no
     * spare attempt, no time for a trial, or if the back-off after failed candidates is not over.
     */
    boolean replace(EvictionReason reason, long trialMs) {
        return openCandidate(reason, false, false, trialMs);
    }

    /**
     * Opens a candidate beside an impaired member.
     *
     * @param urgent no other connection is heard: ignore earlier failures and use attempts that are reserved for lost
     *     connections
     */
    void replaceImpaired(long trialMs, boolean urgent) {
        if (urgent) {
            rest.end();
        }
        openCandidate(
                EvictionReason.of(pooled.unsubscribed ? Cause.NOT_SUBSCRIBED : Cause.HALF_OPEN),
                false,
                urgent,
                trialMs);
    }

    /** Returns whether the candidate was opened because the member answers nothing. */
    boolean isHalfOpenReplaced() {
        return candidate != null && evictionReason.cause() == Cause.HALF_OPEN;
    }

    /** Returns whether that member answers again. */
    boolean isAliveAgain() {
        return isHalfOpenReplaced() && isLive() && !pooled.isImpaired();
    }

    /** Returns whether the candidate is not as silent as the member: a stall may affect both. */
    boolean isCandidateHeard() {
        return !candidate.isImpaired()
                && (!isLive()
                        || !pooled.connection.pings().isUnanswered()
                        || HalfOpenPolicy.isAnybodyHeard(
                                pooled.connection.pings().askedNanos(),
                                pooled.connection.pings().lastFrameNanos(),
                                List.of(candidate.heard()),
                                scheduler.nowNanos()));
    }

    /**
     * Returns whether a candidate without data is still better than the member: it answers, and the member does not.
     * A quiet feed gives no other evidence.
     */
    boolean isCandidateTheOneThatAnswers() {
        return isHalfOpenReplaced()
                && isLive()
                && pooled.isImpaired()
                && candidate.isLive()
                && isCandidateHeard()
                && !Double.isNaN(candidate.connection.latencyMs())
                && candidate.isSubscribed();
    }

    /** Ends the back-off after failed candidates. */
    void endRest() {
        rest.end();
    }

    /** Opens a candidate that replaces the member only if it proves to be better. */
    boolean challenge(EvictionReason reason, long trialMs) {
        return openCandidate(reason, true, false, trialMs);
    }

    private boolean openCandidate(EvictionReason reason, boolean mustBeBetter, boolean urgent, long trialMs) {
        if (candidate != null && challenged && !mustBeBetter) {
            challenged = false; // this candidate may now replace the member without being better
            evictionReason = reason;
            return true;
        }
        if (!open
                || trialMs == 0
                || !isLive()
                || candidate != null
                || owner.loginWaitMs() > 0
                || (!isUseless(reason) && owner.sessionWaitMs() > 0)
                || rest.lasts(scheduler.nowNanos())) {
            return false;
        }
        path = owner.nextTurn(this, path, mustBeBetter ? pooled : null);
        ConnectTarget to = target();
        if (!urgent && !budget.hasSpare(to)) {
            return false;
        }
        long waitMs = budget.take(to, urgent);
        if (waitMs > 0) {
            return budget.isFull() && hasMadeRoom(reason, to, waitMs);
        }
        owner.tries();
        evictionReason = reason;
        challenged = mustBeBetter;
        PooledConnection opening = owner.newMember(this, path);
        candidate = opening;
        opening.connection.ended().onComplete(done -> budget.ended(to));
        opening.connection.connect().onFailure(e -> {
            if (candidate == opening) {
                owner.connectFailed(e, to, false);
                path++;
                abandon("could not connect");
            }
        });
        trialTimer = scheduler.once(trialMs, () -> {
            trialTimer = -1;
            owner.trialOver(this);
        });
        return true;
    }

    /**
     * There is no room for a candidate. A member that is not heard, or that the user wants replaced, makes room, and
     * its slot is opened again; any other one stays.
     *
     * @return whether the member is replaced in this way because the user wants it
     */
    private boolean hasMadeRoom(EvictionReason reason, ConnectTarget to, long waitMs) {
        boolean first = reopens && budget.isFreedBy(pooled.target()) && budget.hasSpare(to) && !owner.isReconnecting();
        if (first && isUseless(reason)) {
            String why = pooled.unsubscribed ? "it is not subscribed" : pooled.unanswered();
            pooled.connection.abort(
                    pooled.unsubscribed ? Disconnect.Cause.NOT_SUBSCRIBED : Disconnect.Cause.HALF_OPEN,
                    why + ", and " + budget.obstacle());
        } else if (first && ASKED_FOR.contains(reason.cause())) {
            pooled.discard(reason + ", and " + budget.obstacle());
            return true;
        } else {
            owner.lacksRoom(waitMs);
        }
        return false;
    }

    private static boolean isUseless(EvictionReason reason) {
        return reason.cause() == Cause.HALF_OPEN || reason.cause() == Cause.NOT_SUBSCRIBED;
    }

    /**
     * Gives the slot to the candidate; closes the member that it replaces, if there is one.
     *
     * @param figures the compared figures; empty if none were compared
     */
    void promote(String figures) {
        PooledConnection old = pooled;
        PooledConnection promoted = candidate;
        endTrial();
        pooled = promoted;
        rest.end();
        if (old != null && old.isLive()) { // a lost one is reported as lost
            owner.replaced(old, promoted, evictionReason, figures);
        }
    }

    /** Closes the candidate; the member stays, if there is one. */
    void abandon(String why) {
        PooledConnection dropped = candidate;
        endTrial();
        rest.begin(scheduler.nowNanos());
        owner.abandoned(pooled, dropped, why);
        dropped.discard("not needed");
        if (pooled == null) {
            reopen();
        }
    }

    private void endTrial() {
        candidate = null;
        scheduler.cancel(trialTimer);
        trialTimer = -1;
    }

    /** Stops attempts and drops the candidate; returns the member, which the caller closes; null = there is none. */
    PooledConnection withdraw() {
        open = false;
        scheduler.cancel(timer);
        timer = -1;
        if (candidate != null) {
            abandon("its slot is not needed");
        }
        PooledConnection withdrawn = pooled;
        pooled = null;
        return withdrawn;
    }

    /** Stops attempts and closes the member and the candidate, connecting ones included. */
    void vacate() {
        open = false;
        scheduler.cancel(timer);
        Stream.of(pooled, candidate).filter(Objects::nonNull).forEach(PooledConnection::dismiss);
        endTrial();
        pooled = null;
    }
}
