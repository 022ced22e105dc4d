package io.firstline.feed;

import io.firstline.arbitration.Arbiter;
import io.firstline.config.FeedConfig;
import io.firstline.config.FeedUrl;
import io.firstline.config.MessageFormat;
import io.firstline.config.SubscribeTemplates;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.ConnectFailedException;
import io.firstline.connection.Connector;
import io.firstline.connection.Disconnect;
import io.firstline.connection.DropCause;
import io.firstline.connection.RetryPolicy;
import io.firstline.connection.Scheduler;
import io.firstline.connection.WsConnection;
import io.firstline.feed.EvictionReason.Cause;
import io.firstline.payload.JsonValues;
import io.firstline.payload.Payload;
import io.firstline.stream.CopyListener;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One merged stream from one or more connections that are kept open: the common part of {@link WsSingle} and
 * {@link WsPool}.
 *
 * <p>Methods may be called from any thread and act on the feed's context, which was current when the feed was
 * created. Starting and closing are idempotent; a closed feed can be started again.
 */
public abstract class Feed {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    private static final long TELL_EVERY_MS = 1_000;
    /** The shortest time between two replacements for silent connections while no connection is heard. */
    private static final long BESIDE_NANOS = 2_000_000_000L;
    /** A silent connection has recovered once frames arrive on it again for this long. */
    private static final long BACK_NANOS = 2_000_000_000L;
    /** A connection with a shorter silence is closed as soon as it is replaced. */
    private static final long BRIEFLY_SILENT_MS = 500;

    private final FeedEnvironment environment;
    final ContextInternal context;
    final Scheduler scheduler;
    private final String name;
    private WsConnectionConfig config;
    private final SubscriptionProtocol subscriber;
    final MessageReader reader;
    final StreamTable streams;
    private final FeedMonitor monitor;
    private final MessageClassifier classifier;
    final Sequencer delivery;
    private final Heartbeats heartbeats;
    private final ExchangeTime exchangeTime;
    private List<String> urls;
    private final HostBudget budget;
    final SlotTable slotTable = new SlotTable();
    private final Sender sender;
    final Dispatcher publication;
    final FeedEventLog eventLog;

    private final JsonValues jsonValues = new JsonValues();
    /** One of several values of a frame; reused. */
    private final Payload part = new Payload();

    /** Sees every copy; null = not set. */
    private CopyListener copyListener;

    private FeedStream askedStream;
    private Connector connector;
    /** The connectors of earlier configurations, until their last socket is closed. */
    private final List<Connector> formerConnectors = new ArrayList<>();

    private Promise<Void> started;
    private Future<Void> closing = Future.succeededFuture();
    private int failedFirstAttempts;
    private long tellTimer;
    private long nextConnection = 1;
    /** Replaced connections that stay open because they may still deliver messages that no other has. */
    private final List<PooledConnection> lingering = new ArrayList<>();

    private volatile FeedActivity activity = FeedActivity.NONE;
    private boolean openedBeside;
    private long openedBesideNanos;

    Feed(
            FeedEnvironment environment,
            String name,
            WsConnectionConfig config,
            int target,
            SubscribeTemplates subscribeTemplates,
            MessageFormat dialect) {
        this.environment = environment;
        this.context = environment.context();
        this.scheduler = environment.scheduler();
        this.name = Objects.requireNonNull(name, "name");
        this.config = config;
        this.reader = new MessageReader(dialect);
        this.streams = new StreamTable(dialect.shutdown());
        this.sender = new Sender(name, slotTable, this::fastest);
        this.publication = new Dispatcher(name, context, scheduler);
        this.exchangeTime = new ExchangeTime(name, dialect, environment);
        if (exchangeTime.isTold()) {
            publication.measure(exchangeTime);
        }
        this.eventLog = new FeedEventLog(
                name,
                FeedUrl.masked(config.url()),
                config.retry().stableMs(),
                slotTable,
                publication::published,
                context,
                scheduler);
        this.budget = new HostBudget(environment.budget(), name, config, scheduler);
        GapLedger gaps = new GapLedger(eventLog::gap);
        this.monitor = new FeedMonitor(streams, gaps, publication, eventLog, scheduler);
        this.delivery = new Sequencer(publication, gaps, streams, scheduler);
        this.heartbeats = new Heartbeats(dialect.heartbeat());
        this.urls = urls(config);
        this.subscriber = new SubscriptionProtocol(
                config.onConnect(),
                subscribeTemplates,
                dialect,
                slotTable,
                eventLog,
                scheduler,
                () -> this.config.framesPerSecond());
        this.classifier = new MessageClassifier(reader, streams, subscriber, monitor);
        boolean reopens = target > 1 || config.autoReconnect(); // a pool always replaces its connections
        for (int i = 0; i < target; i++) {
            slotTable.add(new ConnectionSlot(
                    this, scheduler, new RetryPolicy(config.retry(), scheduler.random()), budget, i, reopens));
        }
    }

    private static List<String> urls(WsConnectionConfig config) {
        return Stream.concat(Stream.of(config.url()), config.furtherUrls().stream())
                .toList();
    }

    /**
     * Creates the feed that a configuration describes: a pool, or a single connection. Runs on the current Vert.x
     * context.
     */
    public static Feed of(Vertx vertx, FeedConfig feed) {
        return feed.connections() == 1
                ? WsSingle.create(vertx, feed.name(), feed.pool().connection(), feed.subscriptions(), feed.dialect())
                        .nameStreamsAt(feed.streamPointer())
                : WsPool.create(vertx, feed.name(), feed.pool(), feed.subscriptions(), feed.dialect())
                        .nameStreamsAt(feed.streamPointer());
    }

    /** Names streams by the value at this JSON pointer, unless it is empty; called before the feed is used. */
    final Feed nameStreamsAt(String pointer) {
        publication.nameStreamsAt(pointer);
        return this;
    }

    // called by users

    /**
     * Opens the connections.
     *
     * @return succeeds with the first live connection; fails with the cause when every first attempt has failed,
     *     while attempts continue until {@link #close()}
     */
    public Future<Void> start() {
        return call(() -> {
            if (state() != FeedState.CLOSED) {
                return started.future();
            }
            eventLog.starting();
            started = context.promise();
            failedFirstAttempts = 0;
            connector = environment.connectors().apply(config);
            monitor.begin();
            tellTimer = scheduler.every(TELL_EVERY_MS, this::tellOncePerSecond);
            exchangeTime.start(config);
            starting();
            budget.wish(urls);
            slotTable.slots().forEach(ConnectionSlot::fill);
            return started.future();
        });
    }

    /**
     * Closes every connection with a close frame and ends the streams.
     *
     * @return completes when all sockets are closed, within about two seconds
     */
    public Future<Void> close() {
        return call(() -> {
            if (state() == FeedState.CLOSED) {
                return closing;
            }
            eventLog.closed();
            activity = FeedActivity.NONE;
            scheduler.cancel(tellTimer);
            exchangeTime.stop();
            monitor.tellDrops();
            stopping();
            slotTable.open().forEach(PooledConnection::dismiss);
            slotTable.slots().forEach(ConnectionSlot::vacate);
            lingering.clear();
            budget.wishGranted(urls);
            started.tryFail(new IllegalStateException(name + " was closed while it started"));
            Connector last = connector;
            closing = Future.join(slotTable.open().stream()
                            .map(member -> member.connection.close(1000, "closing"))
                            .toList())
                    .transform(all -> last.close());
            formerConnectors.forEach(former -> former.close().onFailure(e -> LOG.debug("{} close", name, e)));
            formerConnectors.clear();
            askedStream = null;
            delivery.flush();
            publication.end();
            return closing;
        });
    }

    /**
     * Sets the handler of every message. It is called in the event-loop turn in which the message arrived, and stays
     * set after a restart.
     */
    public Feed handler(Handler<FeedMessage> handler) {
        context.emit(v -> publication.handler(handler));
        return this;
    }

    /**
     * Sets the handler of every message and the last used message number, between two messages: for a feed that takes
     * over from another.
     *
     * @param renumber gets the number of the last message and returns the one to continue after; called on the feed's
     *     context
     */
    public Future<Void> redirect(LongUnaryOperator renumber, Handler<FeedMessage> handler) {
        return call(() -> {
            publication.goOnAfter(renumber.applyAsLong(publication.published()));
            publication.handler(handler);
            return Future.succeededFuture();
        });
    }

    /** Returns how many connections it has opened: these connection numbers are used. */
    public Future<Long> connectionsMade() {
        return call(() -> Future.succeededFuture(nextConnection - 1));
    }

    /** Starts connection numbers after those of another feed of this name; call it before {@link #start()}. */
    public Feed numberConnectionsAfter(long made) {
        context.emit(v -> nextConnection = made + 1);
        return this;
    }

    /** Sets the handler of events; it stays set after a restart. */
    public Feed eventHandler(Handler<FeedEvent> handler) {
        context.emit(v -> eventLog.eventHandler(handler));
        return this;
    }

    /** Sets the listener of every copy before it is compared, null = none; it stays set after a restart. */
    public Feed copyListener(CopyListener listener) {
        context.emit(v -> copyListener = listener);
        return this;
    }

    /**
     * Includes drops after the handler in this feed's counts and reports.
     *
     * @param total drops since the feed was created; called on the feed's context, about once a second
     */
    public Feed countDrops(DropCause cause, LongSupplier total) {
        context.emit(v -> publication.countDrops(cause, total));
        return this;
    }

    /**
     * Opens a consumer's stream of the messages published from now on, until the feed closes; when it is full, the
     * oldest message is dropped.
     */
    public FeedStream stream() {
        return stream(FeedStream.DEFAULT_CAPACITY, Overflow.DROP_OLDEST);
    }

    /**
     * Opens a consumer's stream of the messages published from now on, until the feed closes.
     *
     * @param capacity the number of messages that wait for a slow consumer
     */
    public FeedStream stream(int capacity, Overflow overflow) {
        return attached(publication.stream(capacity, overflow));
    }

    /**
     * Opens a consumer's stream, for {@link Overflow#CONFLATE} by other streams than {@link FeedMessage#stream}:
     * {@code feed.stream(1_000, CONFLATE, m -> symbolIn(m))}.
     *
     * @param capacity the number of messages that wait for a slow consumer: with {@code CONFLATE} one per stream
     * @param streamOf returns a message's stream, called on the feed's event loop; null = none, such a message is
     *     never replaced
     */
    public FeedStream stream(int capacity, Overflow overflow, Function<FeedMessage, String> streamOf) {
        return attached(publication.stream(capacity, overflow, streamOf));
    }

    private FeedStream attached(FeedStream stream) {
        context.emit(v -> publication.attach(stream));
        return stream;
    }

    /** Ends one consumer's stream. */
    public void detach(FeedStream stream) {
        context.emit(v -> publication.detach(stream));
    }

    /** Returns the next message of a stream that begins with the first call. */
    public Future<FeedMessage> next() {
        return call(() -> {
            if (state() == FeedState.CLOSED) {
                return Future.failedFuture(new IllegalStateException(name + " is closed"));
            }
            if (askedStream == null) {
                askedStream = publication.stream(FeedStream.DEFAULT_CAPACITY, Overflow.DROP_OLDEST);
                publication.attach(askedStream);
            }
            return askedStream.next();
        });
    }

    /**
     * Sends a text message.
     *
     * @return the number of connections it was written to; fails if there was none
     */
    public Future<Integer> send(String text, Route route) {
        return call(() -> sender.send(route, connection -> connection.send(text)));
    }

    /**
     * Sends a binary message.
     *
     * @return the number of connections it was written to; fails if there was none
     */
    public Future<Integer> send(Buffer payload, Route route) {
        return call(() -> sender.send(route, connection -> connection.send(payload)));
    }

    /**
     * Replaces the messages that every connection sends when it opens, and sends them on the open ones.
     *
     * @return the number of open connections
     */
    public Future<Integer> setOnConnect(List<String> messages) {
        return call(() -> subscriber.setOnConnect(messages));
    }

    /**
     * Subscribes to streams on every present and future connection.
     *
     * @return the number of open connections on which the request was sent
     */
    public Future<Integer> subscribe(Collection<String> streams) {
        return call(() -> subscriber.subscribe(streams));
    }

    /**
     * Unsubscribes from streams on every present and future connection.
     *
     * @return the number of open connections on which the request was sent
     */
    public Future<Integer> unsubscribe(Collection<String> streams) {
        return call(() -> subscriber.unsubscribe(streams));
    }

    /**
     * Replaces a connection, make-before-break.
     *
     * @return completes when the replacement is being opened; fails if there is no such connection or it is already
     *     being replaced
     */
    public Future<Void> evict(String connectionId) {
        return call(() -> {
            ConnectionSlot slot = slotTable.slotOf(connectionId);
            slot.endRest();
            if (!slot.replace(EvictionReason.of(Cause.REQUESTED), trialMs())) {
                throw new IllegalStateException(connectionId + " is already being replaced, or is not open");
            }
            return Future.succeededFuture();
        });
    }

    /**
     * Opens connections with another configuration from now on (a new token, another URL) and replaces the present
     * ones, make-before-break, one after another. The messages sent on connect, the ping and the back-off settings
     * change too; the number of connections does not.
     *
     * @return completes when the replacement has begun; {@link FeedEvent.Type#EVICTED} reports each step
     */
    public Future<Void> reconfigure(WsConnectionConfig newConfig) {
        return call(() -> {
            config = newConfig;
            urls = urls(newConfig);
            eventLog.url(FeedUrl.masked(newConfig.url()));
            budget.follow(newConfig);
            subscriber.onConnect(newConfig.onConnect());
            if (state() != FeedState.CLOSED) {
                formerConnectors.add(connector);
                connector = environment.connectors().apply(newConfig);
            }
            retireAll(Cause.RECONFIGURED);
            return Future.succeededFuture();
        });
    }

    /**
     * Replaces every connection, make-before-break, one after another. A connection that is waiting for its next
     * attempt is tried at once, even if its host asked for a pause.
     *
     * @return completes when the first replacement is being opened, or waits for its turn
     */
    public Future<Void> renew() {
        return call(() -> {
            budget.resume(urls);
            slotTable.slots().forEach(ConnectionSlot::hurry);
            retireAll(Cause.RENEWED);
            return Future.succeededFuture();
        });
    }

    private void retireAll(Cause cause) {
        slotTable.slots().stream()
                .flatMap(slot -> Stream.of(Optional.ofNullable(slot.member()), Optional.ofNullable(slot.candidate())))
                .flatMap(Optional::stream)
                .forEach(member -> member.retire(EvictionReason.of(cause)));
        replaceDue();
    }

    /** Returns the gaps in the numbers of its streams: the last closed ones, oldest first, then the open ones. */
    public Future<List<GapReport>> gaps() {
        return call(() -> Future.succeededFuture(monitor.gaps()));
    }

    /**
     * Returns what each open connection delivered of each stream, if messages name their streams; empty for a single
     * connection.
     */
    public Future<List<ArrivalReport>> arrivals() {
        return call(() -> {
            beforeReport();
            return Future.succeededFuture(slotTable.arrivals(streams.all()));
        });
    }

    /** Returns everything about the feed at this instant. */
    public Future<FeedReport> report() {
        return call(() -> Future.succeededFuture(currentReport()));
    }

    public String name() {
        return name;
    }

    /** Returns the state: exact on the feed's context, elsewhere a moment old. */
    public FeedState state() {
        return eventLog.state();
    }

    /**
     * Returns what arrives on the connections, for any thread; a quarter of a second old at most, unless the event
     * loop is blocked.
     */
    public FeedActivity activity() {
        return activity;
    }

    // the differences between the kinds of feed

    abstract void starting();

    abstract void stopping();

    /**
     * A message arrived on a connection.
     *
     * @param stream null = not known
     */
    abstract void arrived(PooledConnection member, Payload payload, StreamWatch stream, long arrivalNanos);

    /** Returns whether a live connection has proved that it delivers. */
    abstract boolean isProven(PooledConnection member);

    abstract void joined(PooledConnection member);

    abstract void parted(PooledConnection member);

    abstract WsConnection fastest(Stream<WsConnection> live);

    abstract void beforeReport();

    /** Returns how long a candidate may take until it delivers in step, milliseconds. */
    abstract long trialMs();

    /** The time of a candidate is over: promote or abandon it now. */
    abstract void trialOver(ConnectionSlot slot);

    // called by slots and members

    /** Returns the URLs of its connections. */
    List<String> urls() {
        return urls;
    }

    boolean hasLive() {
        return slotTable.live() > 0;
    }

    /** Returns whether there is neither a connection nor an attempt to open one. */
    boolean isDark() {
        return slotTable.slots().stream().allMatch(slot -> slot.member() == null);
    }

    PooledConnection newMember(ConnectionSlot slot, String url) {
        PooledConnection member = new PooledConnection(this, slot);
        member.connection = new WsConnection(
                scheduler,
                connector,
                // the feed sends the messages on connect, which may have changed, so the connection must not
                config.withUrl(url)
                        .withConnectionId(name + "-" + nextConnection++)
                        .withOnConnect(List.of()),
                member);
        return member;
    }

    void opened(PooledConnection member) {
        slotTable.opened(member);
        makeRoom();
        member.heartbeatNanos = scheduler.nowNanos();
        if (copyListener != null) {
            copyListener.opened(member.id());
        }
        budget.wishGranted(urls);
        joined(member);
        eventLog.connected(member);
        if (member.dismissed) {
            return; // an event handler has closed the feed
        }
        // an open connection that is not subscribed would count as live and deliver nothing
        subscriber.open(member).onFailure(e -> notSubscribed(member, String.valueOf(e.getMessage())));
        member.slot.opened(member);
        eventLog.liveChanged(false);
        started.tryComplete();
    }

    /** Closes a connection that could not subscribe; the last live one stays until its replacement is open. */
    private void notSubscribed(PooledConnection member, String why) {
        if (member == member.slot.member() && member.isLive() && slotTable.live() == 1) {
            member.unsubscribed = true; // judged several times a second
        } else {
            member.connection.abort("not-subscribed", why);
        }
    }

    // connections that answer nothing

    /** Closes a connection that answers nothing, opens another one beside it, or waits. */
    void judge(PooledConnection member) {
        decideOn(member);
        noteActivity(scheduler.nowNanos());
    }

    private void decideOn(PooledConnection member) {
        ConnectionSlot slot = member.slot;
        boolean isCandidate = member == slot.candidate();
        if (!member.isLive() || (member != slot.member() && !isCandidate)) {
            return;
        }
        List<HalfOpenPolicy.Heard> siblings = slotTable.placed().stream()
                .filter(sibling -> sibling != member)
                .map(PooledConnection::heard)
                .toList();
        long now = scheduler.nowNanos();
        long asked = member.connection.askedNanos();
        long lastFrame = member.connection.lastFrameNanos();
        HalfOpenPolicy.Verdict verdict = HalfOpenPolicy.verdict(asked, lastFrame, siblings, now);
        if (verdict == HalfOpenPolicy.Verdict.CUT
                || (isCandidate && verdict == HalfOpenPolicy.Verdict.REPLACE && !isProven(member))) {
            member.connection.abort(WsConnection.HALF_OPEN, member.unanswered());
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
        slot.replaceImpaired(trialMs(), !anybodyHeard);
    }

    /** Judges the connections that answer nothing again; called several times a second. */
    void judgeImpaired() {
        for (PooledConnection member : slotTable.open()) {
            if (member.connection.isUnanswered()) {
                decideOn(member);
            }
        }
        long now = scheduler.nowNanos();
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.isLive() && slot.member().unsubscribed) {
                openBeside(slot, false, now);
            }
            // not at once: a frame that ends a stall may be the last one on this connection
            if (slot.isAliveAgain() && now - slot.member().connection.stallEndedNanos() >= BACK_NANOS) {
                slot.abandon("the old connection is alive again");
            }
        }
        for (PooledConnection member : List.copyOf(lingering)) {
            if (member.isSpent(now)) {
                lingering.remove(member);
                member.discard("evicted");
            }
        }
        noteActivity(now);
    }

    private void noteActivity(long nowNanos) {
        int live = slotTable.live();
        boolean unanswered = slotTable.isUnanswered();
        activity = live == 0
                ? FeedActivity.NONE
                : new FeedActivity(live, slotTable.lastFrameNanos(), unanswered, !lingering.isEmpty());
        if (!unanswered) {
            eventLog.over(ProfileProblem.UNANSWERED, "");
        } else if (nowNanos - activity.lastFrameNanos() >= HalfOpenPolicy.ALONE_NANOS) {
            eventLog.unanswered(live);
        }
    }

    /** Closes a replaced connection, unless it is silent and may still deliver messages that no other has. */
    void release(PooledConnection old, String reason) {
        long lastFrameNanos = old.connection.lastFrameNanos();
        boolean needed = arbitrates()
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
    private void makeRoom() {
        while (slotTable.open().size() > Arbiter.MAX_LINES && !lingering.isEmpty()) {
            lingering.get(0).connection.abort(WsConnection.HALF_OPEN, "replaced, and still silent");
        }
    }

    /** Returns whether equal copies are detected: only then are the rest of a replaced connection's messages of use. */
    abstract boolean arbitrates();

    void received(PooledConnection member, Payload payload, long arrivalNanos) {
        if (member.dismissed) {
            return;
        }
        if (copyListener != null) {
            copyListener.copy(member.id(), payload.toBuffer(), payload.isText(), arrivalNanos);
        }
        if (activity.unanswered()) {
            noteActivity(arrivalNanos);
        }
        List<JsonValues.Range> values = reader.expectsJson() && payload.isText() ? valuesIn(payload) : List.of();
        if (values.isEmpty()) {
            take(member, payload, arrivalNanos);
            return;
        }
        eventLog.severalValues(member.id(), true);
        byte[] bytes = payload.array();
        for (JsonValues.Range value : values) {
            if (!member.dismissed) {
                take(member, part.over(bytes, value.from(), value.length(), true), arrivalNanos);
            }
        }
    }

    private List<JsonValues.Range> valuesIn(Payload payload) {
        return jsonValues.in(payload.array(), payload.from(), payload.from() + payload.length());
    }

    /**
     * Inspects a published message of a feed that does not parse messages, only to report several values in a frame.
     */
    void look(OutgoingCopy copy) {
        if (!reader.expectsJson()
                && copy.text()
                && !eventLog.isKnown(ProfileProblem.SEVERAL_VALUES, "")
                && !valuesIn(part.over(copy.payload(), true)).isEmpty()) {
            eventLog.severalValues(copy.by(), false);
        }
    }

    private void take(PooledConnection member, Payload payload, long arrivalNanos) {
        MessageClassifier.Kind kind = classifier.take(member, payload, arrivalNanos);
        if (kind == MessageClassifier.Kind.DATA) {
            arrived(member, payload, classifier.stream(), arrivalNanos);
        } else if (kind == MessageClassifier.Kind.SHUTDOWN) {
            shutdownAnnounced(member);
        }
    }

    private void shutdownAnnounced(PooledConnection member) {
        if (!member.isUrgent()) {
            eventLog.shutdownAnnounced(member);
            member.retireAtOnce(EvictionReason.of(Cause.SERVER_SHUTDOWN));
            replaceDue();
        }
    }

    /**
     * Replaces connections that are due: at once if their server announced its shutdown, otherwise one after another.
     */
    void replaceDue() {
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.isLive() && slot.member().due() != null && (slot.member().isUrgent() || !anyUnproven())) {
                slot.replace(slot.member().due(), trialMs());
            }
        }
    }

    /** Returns the last unusual silence of all data; null = there was none. */
    CommonStall.Silence lastDataStall() {
        return monitor.lastStall();
    }

    /** Returns whether a connection is missing or unproven: no other is replaced by our choice meanwhile. */
    boolean anyUnproven() {
        for (ConnectionSlot slot : slotTable.slots()) {
            if (slot.candidate() != null || !slot.isLive() || !isProven(slot.member())) {
                return true;
            }
        }
        return false;
    }

    void closed(PooledConnection member, Disconnect end) {
        slotTable.closed(member);
        if (member.dismissed) {
            return;
        }
        if (copyListener != null) {
            copyListener.closed(member.id(), end.toString());
        }
        parted(member);
        slotTable.remember(member);
        lingering.remove(member);
        if (member.connection.isClosedByUs()) {
            return;
        }
        eventLog.lost(member, end);
        member.slot.lost(member, end);
        eventLog.liveChanged(true);
    }

    /** An attempt failed; {@code first} = the first on this slot since the feed was started. */
    void connectFailed(Throwable failure, String url, boolean first) {
        if (state() == FeedState.CLOSED) {
            return;
        }
        eventLog.connectFailed(failure);
        if (failure instanceof ConnectFailedException refused && refused.pauseMs() > 0) {
            budget.pause(url, refused.pauseMs());
        }
        notYet(failure, first);
    }

    /** An attempt must wait for the budget of its host; {@code first} as above. */
    void mustWait(long waitMs, boolean first) {
        eventLog.waiting(waitMs);
        notYet(
                new IllegalStateException(
                        "attempts to connect must wait " + waitMs + " ms: the host's connect budget is used up"),
                first);
    }

    private void notYet(Throwable why, boolean first) {
        if (first && ++failedFirstAttempts == slotTable.target() && started.tryFail(why)) {
            eventLog.startFailed();
        } else {
            eventLog.liveChanged(true);
        }
    }

    private void tellOncePerSecond() {
        if (slotTable.live() > 0) {
            monitor.tellSilence();
        }
        monitor.tellIgnoredStreams();
        classifier.tellMissing(eventLog, scheduler.nowNanos());
        monitor.giveUpGaps();
        heartbeats.check(slotTable.open(), scheduler.nowNanos());
        subscriber.check(streams, monitor.lastDataNanos());
        replaceDue();
        monitor.tellDrops();
    }

    private FeedReport currentReport() {
        beforeReport();
        return new FeedReport(
                name,
                FeedUrl.masked(config.url()),
                state(),
                slotTable.target(),
                slotTable.live(),
                publication.published(),
                classifier.copies(),
                classifier.control(),
                classifier.malformed(),
                delivery.late(),
                eventLog.evictions(),
                eventLog.evictedFor(),
                eventLog.losses(),
                publication.waiting(),
                publication.dropped(),
                eventLog.failures(),
                exchangeTime.report(),
                budget.left(config.url()),
                urls.stream().mapToLong(budget::pausedMs).max().orElseThrow(),
                eventLog.lastFailure(),
                eventLog.problems(),
                subscriber.streams(),
                streams.all().stream().map(StreamWatch::report).toList(),
                slotTable.report());
    }

    /**
     * Runs an action on the feed's context and completes there; an exception fails the future. Dispatches the action,
     * so that its sockets and timers belong to that context, whatever the calling thread.
     */
    private <T> Future<T> call(Supplier<Future<T>> action) {
        Promise<T> promise = context.promise();
        context.emit(v -> {
            Future<T> result;
            try {
                result = action.get();
            } catch (RuntimeException | Error e) {
                result = Future.failedFuture(e);
            }
            result.onComplete(promise);
        });
        return promise.future();
    }
}
