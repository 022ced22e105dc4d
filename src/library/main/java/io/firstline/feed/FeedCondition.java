package io.firstline.feed;

import io.firstline.connection.Scheduler;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The state of a feed and its present problems; reports when a feed is degraded and when it has recovered. Runs on the
 * feed's context; only {@link #state()} may be called on any thread.
 */
final class FeedCondition {
    private static final Logger LOG = LoggerFactory.getLogger(FeedCondition.class);

    private final String name;
    private final EventReporter events;
    private final FailureLog failures;
    private final SlotTable slotTable;
    private final Scheduler scheduler;
    private final ProfileProblems problems = new ProfileProblems();
    private final OnceAMinute unanswered = new OnceAMinute();
    private volatile FeedState state = FeedState.CLOSED;
    private boolean degradedReported;

    /** Starts as a closed feed. */
    FeedCondition(EventReporter events, FailureLog failures, SlotTable slotTable, Scheduler scheduler) {
        this.name = events.name();
        this.events = events;
        this.failures = failures;
        this.slotTable = slotTable;
        this.scheduler = scheduler;
    }

    FeedState state() {
        return state;
    }

    void starting() {
        state = FeedState.STARTING;
        degradedReported = false;
        problems.clear();
        failures.restart();
    }

    void closed() {
        state = FeedState.CLOSED;
    }

    /** Every first attempt has failed: the feed is no longer starting, attempts continue. */
    void startFailed() {
        become(FeedState.DISCONNECTED, true);
    }

    /**
     * A connection opened, ended or failed to open.
     *
     * @param trouble true if it ended or failed; without trouble, an incomplete start is not reported
     */
    void liveChanged(boolean trouble) {
        if (state == FeedState.CLOSED) {
            return; // an event handler may have closed the feed
        }
        int live = slotTable.live();
        if (live >= slotTable.target() && problems.degrading().isEmpty()) {
            become(FeedState.CONNECTED, trouble);
        } else if (live > 0) {
            become(FeedState.DEGRADED, trouble);
        } else if (state != FeedState.STARTING) {
            become(FeedState.DISCONNECTED, trouble);
        }
    }

    private void become(FeedState next, boolean trouble) {
        FeedState before = state;
        state = next;
        boolean news = failures.isFirst(next.name(), scheduler.nowNanos());
        failures.whole(next == FeedState.CONNECTED, scheduler.nowNanos());
        if (next == FeedState.CONNECTED) {
            whole(news);
        } else if (isUnansweredOnly() && !unanswered.isDue(scheduler.nowNanos())) {
            LOG.debug("{} is not answered again ({})", name, events.figures());
        } else if (next != before ? trouble || before != FeedState.STARTING : trouble && !degradedReported) {
            degradedReported = true;
            if (isUnansweredOnly()) {
                unanswered.reported(scheduler.nowNanos());
            }
            String what = next == FeedState.DISCONNECTED ? "has no connection" : "degraded";
            String why = problems.degrading().isEmpty() ? "" : ": " + problems.degrading();
            LOG.atLevel(news ? Level.WARN : Level.DEBUG).log("{} {}{} ({})", name, what, why, events.figures());
            events.report(new FeedFact.Degraded(slotTable.live(), slotTable.target(), state, problems.degrading()));
        }
    }

    /** Every connection is open and none is answered: a server that sends rarely ends and begins this each time. */
    private boolean isUnansweredOnly() {
        return slotTable.live() >= slotTable.target() && problems.isOnlyDegradedBy(ProfileProblem.UNANSWERED);
    }

    /** Reports the recovery only if the trouble was reported. */
    private void whole(boolean news) {
        if (degradedReported) {
            degradedReported = false;
            LOG.atLevel(news ? Level.INFO : Level.DEBUG).log("{} recovered ({})", name, events.figures());
            events.report(new FeedFact.Recovered(slotTable.live(), slotTable.target(), state));
        }
    }

    /**
     * Reports a problem with the messages of the connections, once until it is over.
     *
     * @param subject the part of the feed that it concerns; empty = the whole feed
     */
    void trouble(ProfileProblem trouble, String subject, String what, FeedFact fact) {
        if (problems.begins(trouble, subject, what)) {
            LOG.warn("{} {} ({})", name, what, events.figures());
            events.report(fact);
            liveChanged(trouble.degrades());
        }
    }

    /**
     * Connections no longer deliver the same, or do again: an event says both.
     *
     * @param subject the connections that it concerns
     * @param over whether it has ended
     */
    void redundancy(ProfileProblem trouble, String subject, String what, FeedFact fact, boolean over) {
        if (over ? problems.ends(trouble, subject) : problems.begins(trouble, subject, what)) {
            LOG.atLevel(over ? Level.INFO : Level.WARN).log("{} {} ({})", name, what, events.figures());
            events.report(fact);
        }
    }

    /**
     * Reports that no open connection has delivered or answered anything for long: at most once a minute, as long as
     * this is all. Called again while it lasts.
     */
    void unanswered(int live) {
        String what = live == 1
                ? "the only open connection delivers and answers nothing"
                : "none of the " + live + " open connections delivers or answers anything";
        boolean begins = problems.begins(ProfileProblem.UNANSWERED, "", what);
        if (begins && unanswered.isDue(scheduler.nowNanos())) {
            LOG.warn("{} {} ({})", name, what, events.figures());
        }
        if (begins || !degradedReported) {
            liveChanged(true);
        }
    }

    /** Reports that nobody can know whether the open connections are alive. Called again while it lasts. */
    void doubtful(int live) {
        String what = live == 1
                ? "the only open connection delivers nothing for unusually long; its server has never answered a ping, so it may be dead"
                : "none of the " + live
                        + " open connections delivers anything for unusually long; their servers have never"
                        + " answered a ping, so they may be dead";
        if (problems.begins(ProfileProblem.DOUBTFUL, "", what)) {
            liveChanged(true);
        }
    }

    /** Returns whether this problem is present. */
    boolean isKnown(ProfileProblem trouble, String subject) {
        return problems.isKnown(trouble, subject);
    }

    /** Ends a problem. */
    void over(ProfileProblem trouble, String subject) {
        if (problems.ends(trouble, subject)) {
            liveChanged(false);
        }
    }

    /** The present problems, in words. */
    List<String> problems() {
        return problems.all();
    }

    /** The server refuses the login; attempts pause. */
    void loginRefused(String what) {
        problems.begins(ProfileProblem.LOGIN_REFUSED, "", what);
    }

    /** A connection is logged in, or the server wants no login. */
    void loggedIn() {
        problems.ends(ProfileProblem.LOGIN_REFUSED, "");
    }
}
