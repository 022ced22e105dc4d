package io.firstline.pool;

import io.firstline.connection.Clockwork;
import io.firstline.connection.Disconnect;
import io.firstline.connection.RetryPolicy;
import io.firstline.pool.EvictionReason.Cause;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A place in a feed that one connection takes. A lost connection is opened again after a pause; one that is to be replaced gets a
 * candidate beside it and goes only when the candidate is promoted. Whether it is promoted, the feed decides.
 */
final class Seat {
    private final Feed feed;
    private final int number;
    private final Clockwork clockwork;
    private final RetryPolicy retry;
    private final HostBudget budget;
    private final boolean reopens;
    private final Rest rest = new Rest();

    private Member member;
    private Member candidate;
    private EvictionReason evictionReason;
    private boolean challenged;
    private int attempt;
    /** Which of the feed's URLs is next. */
    private int path;

    /** When the back-off is over. */
    private long dueNanos;

    private long timer = -1;
    private long trialTimer = -1;
    private boolean open;

    /**
     * An empty seat.
     *
     * @param budget asked before each attempt
     * @param path its place in the feed, which is also the URL it begins with
     * @param reopens whether a connection that was lost is opened again; one that could never be opened is tried again in any case
     */
    Seat(Feed feed, Clockwork clockwork, RetryPolicy retry, HostBudget budget, int path, boolean reopens) {
        this.feed = feed;
        this.number = path + 1;
        this.clockwork = clockwork;
        this.retry = retry;
        this.budget = budget;
        this.path = path;
        this.reopens = reopens;
    }

    /** From 1. */
    int number() {
        return number;
    }

    Member member() {
        return member;
    }

    Member candidate() {
        return candidate;
    }

    /** Why the member is being replaced; of the last time, if it is not. */
    EvictionReason reason() {
        return evictionReason;
    }

    /** Whether the candidate must be better than the member, not only deliver. */
    boolean isChallenged() {
        return challenged;
    }

    boolean isLive() {
        return member != null && member.isLive();
    }

    void fill() {
        open = true;
        attempt = 0;
        connect();
    }

    /** Where its next connection opens: the next way after one that failed. */
    private String url() {
        List<String> urls = feed.urls();
        return urls.get(Math.floorMod(path, urls.size()));
    }

    private void connect() {
        timer = -1;
        long waitMs = budget.take(url(), feed.isDark());
        if (waitMs > 0) {
            feed.mustWait(waitMs, attempt == 0);
            attempt = Math.max(attempt, 1);
            timer = clockwork.once(waitMs, this::connect);
            return;
        }
        Member opening = feed.newMember(this, url());
        member = opening;
        opening.connection.connect().onFailure(e -> {
            if (member == opening) {
                member = null;
                feed.connectFailed(e, url(), attempt == 0);
                path++;
                again();
            }
        });
    }

    private void again() {
        if (!open) {
            return;
        }
        dueNanos = clockwork.nowNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(1, retry.delayMs(attempt++)));
        await();
    }

    /** Waits for the end of the back-off; while the feed has no connection, only until its host may be tried again. */
    private void await() {
        long leftMs = Math.max(1, (dueNanos - clockwork.nowNanos() + 999_999) / 1_000_000);
        long waitMs = feed.hasLive() ? leftMs : Math.min(leftMs, Math.max(1, budget.probeInMs(url())));
        timer = clockwork.once(waitMs, () -> {
            boolean due = dueNanos - clockwork.nowNanos() <= 0;
            if (due || (!feed.hasLive() && budget.probeInMs(url()) == 0)) {
                connect();
            } else {
                await();
            }
        });
    }

    /** Somebody wants it to be tried at once, whatever it waits for. */
    void hurry() {
        if (open && member == null && timer != -1) {
            clockwork.cancel(timer);
            attempt = 0;
            connect();
        }
    }

    private void reopen() {
        if (reopens) {
            again();
        }
    }

    /** The connection that had this seat, or was to have it, has ended. */
    void lost(Member gone, Disconnect end) {
        if (gone == candidate) {
            abandon(end.toString());
        } else if (gone == member) {
            member = null;
            attempt = retry.attemptAfter(attempt, gone.connection.ageMs());
            if (candidate == null) {
                reopen();
            } else if (candidate.isLive()) {
                promote("");
            }
        }
    }

    /** A connection of this seat has opened: a candidate takes an empty seat at once. */
    void opened(Member opened) {
        if (opened == candidate && member == null) {
            promote("");
        }
    }

    /**
     * Opens a candidate beside the member; false if there is no member to replace, a candidate already, or no attempt to spare, or
     * if the last candidates were in vain and it is too early for another.
     */
    boolean replace(EvictionReason reason, long trialMs) {
        return openCandidate(reason, false, false, trialMs);
    }

    /**
     * The same for a member that is impaired.
     *
     * @param urgent nobody else is heard: neither earlier failures nor the attempts that are kept for lost connections count
     */
    void replaceImpaired(long trialMs, boolean urgent) {
        if (urgent) {
            rest.end();
        }
        openCandidate(
                EvictionReason.of(member.unsubscribed ? Cause.NOT_SUBSCRIBED : Cause.HALF_OPEN),
                false,
                urgent,
                trialMs);
    }

    /** Whether the candidate is here because the member answers nothing. */
    boolean isHalfOpenReplaced() {
        return candidate != null && evictionReason.cause() == Cause.HALF_OPEN;
    }

    /** Whether it does again. */
    boolean isAliveAgain() {
        return isHalfOpenReplaced() && isLive() && !member.isImpaired();
    }

    /** Whether the candidate is not as silent as the member: a stall may have hit both. */
    boolean isCandidateHeard() {
        return !candidate.isImpaired()
                && (!isLive()
                        || !member.connection.isUnanswered()
                        || HalfOpenPolicy.isAnybodyHeard(
                                member.connection.askedNanos(),
                                member.connection.lastFrameNanos(),
                                List.of(candidate.heard()),
                                clockwork.nowNanos()));
    }

    /**
     * Whether the candidate, of which no data is known, is still better than the member: it answers, and the member does not. In a quiet
     * feed nothing else can be known.
     */
    boolean isCandidateTheOneThatAnswers() {
        return isHalfOpenReplaced()
                && isLive()
                && member.isImpaired()
                && candidate.isLive()
                && isCandidateHeard()
                && !Double.isNaN(candidate.connection.latencyMs())
                && candidate.requests.isSettled();
    }

    /** Whoever sits here may be replaced at once, however often that has failed. */
    void endRest() {
        rest.end();
    }

    /** The same for a member that goes only if the candidate turns out to be better. */
    boolean challenge(EvictionReason reason, long trialMs) {
        return openCandidate(reason, true, false, trialMs);
    }

    private boolean openCandidate(EvictionReason reason, boolean mustBeBetter, boolean urgent, long trialMs) {
        if (candidate != null && challenged && !mustBeBetter) {
            challenged = false; // it is on its way already, and welcome as it is
            evictionReason = reason;
            return true;
        }
        if (!open
                || !isLive()
                || candidate != null
                || rest.lasts(clockwork.nowNanos())
                || (!urgent && !budget.hasSpare(url()))
                || budget.take(url(), urgent) > 0) {
            return false;
        }
        evictionReason = reason;
        challenged = mustBeBetter;
        Member opening = feed.newMember(this, url());
        candidate = opening;
        opening.connection.connect().onFailure(e -> {
            if (candidate == opening) {
                feed.connectFailed(e, url(), false);
                path++;
                abandon("could not connect");
            }
        });
        trialTimer = clockwork.once(trialMs, () -> {
            trialTimer = -1;
            feed.trialOver(this);
        });
        return true;
    }

    /**
     * The candidate takes the seat; whom it replaces, if still there, is closed.
     *
     * @param figures the numbers that spoke for it, empty if none were compared
     */
    void promote(String figures) {
        Member old = member;
        Member promoted = candidate;
        endTrial();
        member = promoted;
        rest.end();
        if (old != null && old.isLive()) { // one that has just been lost is told as lost
            feed.chronicle.evicted(old, promoted, evictionReason, figures);
            feed.release(old, "evicted: " + evictionReason);
        }
    }

    /** The candidate is closed; the member, if still there, stays. */
    void abandon(String why) {
        Member dropped = candidate;
        endTrial();
        rest.begin(clockwork.nowNanos());
        feed.chronicle.evictionAbandoned(member, dropped, why);
        dropped.discard("not needed");
        if (member == null) {
            reopen();
        }
    }

    private void endTrial() {
        candidate = null;
        clockwork.cancel(trialTimer);
        trialTimer = -1;
    }

    /** Stops trying and closes whoever sits here, also one that is only connecting. */
    void vacate() {
        open = false;
        clockwork.cancel(timer);
        Stream.of(member, candidate).filter(Objects::nonNull).forEach(Member::dismiss);
        endTrial();
        member = null;
    }
}
