package io.firstline.feed;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Limit;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Scheduler;
import io.firstline.connection.WsConnection;
import io.firstline.connection.report.ConnectFailedException;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.message.Dispatcher;
import io.firstline.feed.message.Question;
import io.firstline.feed.message.Reply;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.PathReport;
import io.firstline.stream.CopyListener;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Opens the connections of a feed and follows their lives. Runs on the feed's context. */
final class FeedConnections implements ConnectionSlot.Owner, PooledConnection.Owner {
    /** Once the youngest connection is this old, the server allows all of them. */
    private static final long ALLOWED_MS = 10_000;
    /** An error message this long before the end of a connection is its reason. */
    private static final long SOON_NANOS = 2_000_000_000L;

    private final String name;
    private final ConnectionMaker maker;
    private final HostBudget budget;
    private final SlotTable slotTable;
    private final Scheduler scheduler;
    private final FeedCondition condition;
    private final FeedEventLog eventLog;
    private final SubscriptionProtocol subscriptions;
    private final Dispatcher dispatcher;
    private final CopyReceiver receiver;
    private final Replacements replacements;
    private final Arbitration arbitration;

    private final PathLearning paths;
    private final Answers answers;
    private final LoginGuard guard;
    /** Pauses for connections beside the open ones, which the server does not allow. */
    private final LoginCircuit sessions = new LoginCircuit();

    private final ListenKeys listenKeys;

    private Promise<Void> started;
    private int failedFirstAttempts;
    /** A candidate without room is reported once per start: such a limit rarely changes. */
    private boolean roomReported;

    FeedConnections(
            String name,
            ConnectionMaker maker,
            ListenKeys listenKeys,
            HostBudget budget,
            FeedParts parts,
            SubscriptionProtocol subscriptions,
            Dispatcher dispatcher,
            CopyReceiver receiver,
            Replacements replacements,
            Arbitration arbitration) {
        this.name = name;
        this.maker = maker;
        this.listenKeys = listenKeys;
        this.budget = budget;
        this.slotTable = parts.slotTable();
        this.scheduler = parts.scheduler();
        this.condition = parts.condition();
        this.eventLog = parts.eventLog();
        this.subscriptions = subscriptions;
        this.dispatcher = dispatcher;
        this.receiver = receiver;
        this.replacements = replacements;
        this.arbitration = arbitration;
        this.paths = new PathLearning(parts, replacements, arbitration, maker::turns);
        this.answers = new Answers(eventLog, scheduler);
        this.guard = new LoginGuard(scheduler, maker::readSecrets, maker::usedSecrets, () -> slotTable
                .slots()
                .forEach(ConnectionSlot::connectNow));
    }

    // called by the feed

    /** Prepares a start. */
    void start(Promise<Void> first) {
        started = first;
        failedFirstAttempts = 0;
        roomReported = false;
        maker.start();
    }

    /** Returns what completes with the first live connection of the last start. */
    Future<Void> started() {
        return started.future();
    }

    /** Opens a connection for every slot. */
    void open() {
        budget.wish(maker.targets());
        slotTable.slots().forEach(ConnectionSlot::fill);
    }

    /** Closes every connection; completes when all sockets are closed. */
    Future<Void> close() {
        slotTable.open().forEach(PooledConnection::dismiss);
        slotTable.slots().forEach(ConnectionSlot::vacate);
        replacements.clear();
        guard.stop();
        sessions.close();
        budget.attemptMade(maker.targets());
        started.tryFail(new IllegalStateException(name + " was closed while it started"));
        return maker.close(slotTable.open().stream()
                .map(pooled -> pooled.connection.close(1000, "closing"))
                .toList());
    }

    /** Opens one connection more; returns its slot, null = there is no further one. */
    ConnectionSlot grow() {
        ConnectionSlot slot = slotTable.grow();
        if (slot != null) {
            slot.fill();
        }
        return slot;
    }

    /** Gives up a slot and closes its connection; returns the connection, null = it had none. */
    PooledConnection shrink(ConnectionSlot slot, String why) {
        PooledConnection withdrawn = slot.withdraw();
        slotTable.shrink(slot);
        if (withdrawn != null) {
            replacements.release(withdrawn, why);
        }
        condition.liveChanged(false);
        return withdrawn;
    }

    void reconfigure(WsConnectionConfig config) {
        budget.follow(config);
        sessions.close();
        subscriptions.onConnect(config.onConnect());
        maker.reconfigure(config, isStarted());
        guard.end();
    }

    /** Measures the paths of connections; called about once a second. */
    void lookAtPaths() {
        paths.look();
    }

    /** The figures of the paths. */
    List<PathReport> paths() {
        return paths.report();
    }

    /** Drops messages that no name has come for; called about once a second. */
    void dropUnnamed() {
        if (sessions.isOpen() && slotTable.live() == slotTable.target() && youngestMs() >= ALLOWED_MS) {
            sessions.close();
        }
        receiver.dropUnnamed(slotTable.open(), scheduler.nowNanos());
    }

    private long youngestMs() {
        return slotTable.open().stream()
                .mapToLong(pooled -> pooled.connection.ageMs())
                .min()
                .orElse(0);
    }

    /** Subscribes to further streams, if the limits have room for them. */
    Future<Integer> subscribe(Collection<String> streams) {
        Set<String> all = new HashSet<>(subscriptions.streams());
        List<String> further = streams.stream().filter(all::add).toList();
        Limit full = budget.resize(all.size());
        if (full != null) {
            return Future.failedFuture(new IllegalStateException(
                    "the server allows " + full.text() + ", which these streams would exceed"));
        }
        try {
            Future<Integer> asked = subscriptions.subscribe(streams);
            arbitration.subscribes(
                    further.stream().map(subscriptions::shownName).toList());
            return asked;
        } finally {
            budget.holdAll();
        }
    }

    Future<Integer> unsubscribe(Collection<String> streams) {
        try {
            return subscriptions.unsubscribe(streams);
        } finally {
            budget.holdAll();
        }
    }

    /** Sets the listener of every copy; null = none. */
    void copyListener(CopyListener listener) {
        receiver.listener(listener);
    }

    /** Tries lost connections now instead of at the end of their wait, even if their host asked for a pause. */
    void connectNow() {
        budget.resume(maker.targets());
        sessions.close();
        guard.end();
        slotTable.slots().forEach(ConnectionSlot::connectNow);
    }

    /** Returns how many attempts the host's budget leaves; -1 = not limited. */
    int attemptsLeft() {
        return budget.left(maker.targets().get(0));
    }

    /** Returns whether the limits leave an attempt for a connection that is not urgent. */
    boolean hasSpareAttempt() {
        return sessionWaitMs() == 0
                && loginWaitMs() == 0
                && maker.targets().stream().anyMatch(budget::hasSpare);
    }

    /** Returns the rest of the longest pause that a host asked for, milliseconds. */
    long pausedMs() {
        return maker.targets().stream().mapToLong(budget::pausedMs).max().orElseThrow();
    }

    private boolean isStarted() {
        return condition.state() != FeedState.CLOSED;
    }

    // called by slots

    @Override
    public List<ConnectTarget> targets() {
        return maker.targets();
    }

    @Override
    public boolean hasLive() {
        return slotTable.live() > 0;
    }

    @Override
    public boolean isDark() {
        return slotTable.slots().stream().allMatch(slot -> slot.pooled() == null);
    }

    @Override
    public PooledConnection newMember(ConnectionSlot slot, int turn) {
        PooledConnection pooled = new PooledConnection(this, receiver, slot);
        maker.make(turn, paths::onChosenPath, pooled);
        paths.began(pooled);
        pooled.connection.ended().onComplete(done -> paths.ended(pooled));
        return pooled;
    }

    @Override
    public int nextTurn(ConnectionSlot slot, int turn, PooledConnection slower) {
        return maker.config().paths().only().isEmpty() ? paths.turn(turn, slower) : slot.number() - 1;
    }

    @Override
    public long loginWaitMs() {
        return guard.waitMs();
    }

    @Override
    public long sessionWaitMs() {
        return hasLive() ? sessions.waitMs(scheduler.nowNanos()) : 0;
    }

    @Override
    public void refusedMustWait(boolean first) {
        Throwable refusal = guard.refusal();
        notYet(refusal == null ? new IllegalStateException("the server allows no further connection") : refusal, first);
    }

    @Override
    public void tries() {
        guard.tries();
        sessions.tries(scheduler.nowNanos());
    }

    @Override
    public void connectFailed(Throwable failure, ConnectTarget to, boolean first) {
        if (!isStarted()) {
            return;
        }
        long pauseMs = guard.failed(failure);
        if (eventLog.connectFailed(failure, to.url(), pauseMs)) {
            sessions.refused(scheduler.nowNanos());
        } else {
            sessions.undecided();
        }
        if (failure instanceof ConnectFailedException refused && refused.pauseMs() > 0) {
            budget.pause(to, refused.pauseMs());
        }
        notYet(failure, first);
    }

    @Override
    public void mustWait(long waitMs, boolean first) {
        eventLog.waiting(waitMs, budget.obstacle());
        notYet(
                new IllegalStateException("attempts to connect must wait " + waitMs + " ms: " + budget.obstacle()),
                first);
    }

    @Override
    public void lacksRoom(long waitMs) {
        if (!roomReported) {
            roomReported = true;
            eventLog.lacksRoom(waitMs, budget.obstacle());
        }
    }

    @Override
    public boolean isReconnecting() {
        return slotTable.slots().stream().anyMatch(ConnectionSlot::isReconnecting);
    }

    private void notYet(Throwable why, boolean first) {
        if (first && ++failedFirstAttempts == slotTable.target() && started.tryFail(why)) {
            condition.startFailed();
        } else {
            condition.liveChanged(true);
        }
    }

    @Override
    public void replaced(PooledConnection old, PooledConnection by, EvictionReason reason, String figures) {
        eventLog.evicted(old, by, reason, figures);
        replacements.release(old, "evicted: " + reason);
    }

    @Override
    public void abandoned(PooledConnection stays, PooledConnection candidate, String why) {
        eventLog.evictionAbandoned(stays, candidate, why);
    }

    @Override
    public void trialOver(ConnectionSlot slot) {
        arbitration.trialOver(slot);
    }

    // called by connections

    @Override
    public void opened(PooledConnection pooled) {
        slotTable.opened(pooled);
        paths.opened(pooled);
        guard.end();
        condition.loggedIn();
        listenKeys.opened(pooled);
        replacements.makeRoom();
        pooled.heartbeatNanos = scheduler.nowNanos();
        receiver.opened(pooled);
        budget.attemptMade(maker.targets());
        arbitration.joined(pooled);
        if (eventLog.connected(pooled)) {
            sessions.refused(scheduler.nowNanos());
        }
        if (pooled.dismissed) {
            return; // an event handler has closed the feed
        }
        // an open connection that is not subscribed would count as live and deliver nothing
        subscriptions.open(pooled).onFailure(e -> notSubscribed(pooled, String.valueOf(e.getMessage())));
        pooled.slot.opened(pooled);
        condition.liveChanged(false);
        started.tryComplete();
    }

    /** Closes a connection that could not subscribe; the last live one stays until its replacement is open. */
    private void notSubscribed(PooledConnection pooled, String why) {
        if (pooled == pooled.slot.pooled() && pooled.isLive() && slotTable.live() == 1) {
            pooled.unsubscribed = true; // judged several times a second
        } else {
            pooled.connection.abort(Disconnect.Cause.NOT_SUBSCRIBED, why);
        }
    }

    @Override
    public void dropped(WsConnection from, DropCause cause, long bytes) {
        dispatcher.drop(cause, 1);
        if (cause == DropCause.OVERSIZE) {
            dispatcher.oversize(bytes, from.config().maxMessageBytes());
        }
    }

    @Override
    public boolean replied(PooledConnection pooled, Reply reply) {
        return subscriptions.replied(pooled, reply);
    }

    @Override
    public void erred(PooledConnection pooled, String stream, String words) {
        pooled.error = pooled.shown(words);
        pooled.errorNanos = scheduler.nowNanos();
        subscriptions.erred(pooled, stream, words);
    }

    @Override
    public void asked(PooledConnection pooled, Question question) {
        answers.asked(pooled, question);
    }

    @Override
    public String streamOfRequest(PooledConnection pooled, long id) {
        return subscriptions.streamOfRequest(pooled, id);
    }

    @Override
    public void learned(PooledConnection pooled) {
        subscriptions.learned(pooled);
    }

    @Override
    public void unanswered(PooledConnection pooled) {
        replacements.judge(pooled);
    }

    @Override
    public void closed(PooledConnection pooled, Disconnect end) {
        slotTable.closed(pooled);
        listenKeys.closed(pooled);
        if (pooled.dismissed) {
            return;
        }
        receiver.closed(pooled, end.toString());
        eventLog.connectionGap(pooled);
        arbitration.parted(pooled);
        slotTable.remember(pooled);
        replacements.ended(pooled);
        // a member that is closed by us, and has no successor, made room for one
        if (pooled.connection.isClosedByUs() && pooled != pooled.slot.pooled()) {
            return;
        }
        if (eventLog.lost(pooled, end)) {
            sessions.refused(scheduler.nowNanos());
        }
        boolean afterError = pooled.error != null && scheduler.nowNanos() - pooled.errorNanos < SOON_NANOS;
        Throwable refusal = guard.ended(afterError ? pooled.error : null, pooled.connection.ageMs());
        if (refusal != null) {
            eventLog.connectFailed(refusal, pooled.connection.config().url(), guard.failed(refusal));
        }
        boolean announced = replacements.closedByServer(pooled, end);
        pooled.slot.lost(pooled, end);
        if (announced) {
            pooled.slot.connectNow();
        }
        condition.liveChanged(true);
    }
}
