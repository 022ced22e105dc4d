package io.firstline.pool;

import io.firstline.config.FeedConfig.Subscribing;
import io.firstline.config.FeedUrl;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Clockwork;
import io.firstline.connection.ConnectFailedException;
import io.firstline.connection.Connector;
import io.firstline.connection.Disconnect;
import io.firstline.connection.RetryPolicy;
import io.firstline.connection.WsConnection;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One merged stream from one or several connections that are kept open: what {@link WsSingle} and {@link WsPool} have in common.
 *
 * <p>Methods may be called from any thread and act on the feed's context, the one that was current when the feed was made. Starting
 * and closing are idempotent; a closed feed can be started again.
 */
public abstract class Feed {
    private static final long TELL_EVERY_MS = 1_000;

    private final Surroundings surroundings;
    final ContextInternal context;
    final Clockwork clockwork;
    private final String name;
    private final WsConnectionConfig config;
    private final Subscriptions subscriptions;
    private final HostBudget budget;
    final Roster roster = new Roster();
    private final Sender sender;
    final Publication publication;
    final Chronicle chronicle;

    private FeedStream askedStream;
    private Connector connector;

    private Promise<Void> started;
    private Future<Void> closing = Future.succeededFuture();
    private int failedFirstAttempts;
    private Rhythm rhythm;
    private long tellTimer;
    private long nextConnection = 1;
    private long copies;

    Feed(Surroundings surroundings, String name, WsConnectionConfig config, int target, Subscribing subscribing) {
        this.surroundings = surroundings;
        this.context = surroundings.context();
        this.clockwork = surroundings.clockwork();
        this.name = Objects.requireNonNull(name, "name");
        this.config = config;
        this.subscriptions = new Subscriptions(config.onConnect(), subscribing);
        this.sender = new Sender(name, roster, this::fastest);
        this.publication = new Publication(name, context, clockwork);
        this.chronicle = new Chronicle(
                name,
                FeedUrl.masked(config.url()),
                config.retry().stableMs(),
                roster,
                publication::published,
                context,
                clockwork);
        this.budget = new HostBudget(surroundings.budget(), config, clockwork);
        boolean reopens = target > 1 || config.autoReconnect(); // a pool always replaces its own
        for (int i = 0; i < target; i++) {
            roster.add(new Seat(this, clockwork, new RetryPolicy(config.retry(), clockwork.random()), budget, reopens));
        }
    }

    // what a user does

    /**
     * Opens the connections.
     *
     * @return succeeds with the first live connection; fails when every first attempt has failed, with the cause, while attempts go on
     *     until {@link #close()}
     */
    public Future<Void> start() {
        return call(() -> {
            if (state() != FeedState.CLOSED) {
                return started.future();
            }
            chronicle.starting();
            started = context.promise();
            failedFirstAttempts = 0;
            connector = surroundings.connectors().apply(config);
            rhythm = new Rhythm(clockwork.nowNanos());
            tellTimer = clockwork.every(TELL_EVERY_MS, this::tellOncePerSecond);
            starting();
            roster.seats().forEach(Seat::fill);
            return started.future();
        });
    }

    /**
     * Closes every connection with a close frame and ends the streams.
     *
     * @return completes when all sockets are closed, at the latest after about two seconds
     */
    public Future<Void> close() {
        return call(() -> {
            if (state() == FeedState.CLOSED) {
                return closing;
            }
            chronicle.closed();
            clockwork.cancel(tellTimer);
            tellDrops();
            stopping();
            roster.open().forEach(Member::dismiss);
            roster.seats().forEach(Seat::vacate);
            started.tryFail(new IllegalStateException(name + " was closed while it started"));
            Connector last = connector;
            closing = Future.join(roster.open().stream()
                            .map(member -> member.connection.close(1000, "closing"))
                            .toList())
                    .transform(all -> last.close());
            askedStream = null;
            publication.end();
            return closing;
        });
    }

    /** Sets the handler of every message, called in the turn of the event loop in which the message arrived; survives a restart. */
    public Feed handler(Handler<FeedMessage> handler) {
        context.emit(v -> publication.handler(handler));
        return this;
    }

    /** Sets the handler of events; survives a restart. */
    public Feed eventHandler(Handler<FeedEvent> handler) {
        context.emit(v -> chronicle.eventHandler(handler));
        return this;
    }

    /** A new consumer's stream of what is published from now on, until the feed closes; when full, the oldest message goes. */
    public FeedStream stream() {
        return stream(FeedStream.DEFAULT_CAPACITY, Overflow.DROP_OLDEST);
    }

    /**
     * A new consumer's stream of what is published from now on, until the feed closes.
     *
     * @param capacity how many messages wait for a slow consumer
     */
    public FeedStream stream(int capacity, Overflow overflow) {
        return attached(publication.stream(capacity, overflow));
    }

    /**
     * A new consumer's stream, for {@link Overflow#CONFLATE} by stream: {@code feed.stream(1_000, CONFLATE, m -> symbolIn(m))}.
     *
     * @param capacity how many messages wait for a slow consumer: with {@code CONFLATE} one per stream
     * @param streamOf a message's stream, called on the feed's event loop; null = of none, such a message is never replaced
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

    /** The next message of a stream that begins with the first call. */
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
     * @return to how many connections it was written; fails if to none
     */
    public Future<Integer> send(String text, Route route) {
        return call(() -> sender.send(route, connection -> connection.send(text)));
    }

    /**
     * Sends a binary message.
     *
     * @return to how many connections it was written; fails if to none
     */
    public Future<Integer> send(Buffer payload, Route route) {
        return call(() -> sender.send(route, connection -> connection.send(payload)));
    }

    /**
     * Replaces the messages that every connection sends when it opens, and sends them on the open ones.
     *
     * @return on how many open connections
     */
    public Future<Integer> setOnConnect(List<String> messages) {
        return call(() -> {
            subscriptions.setOnConnect(messages);
            return sender.toAllOpen(messages);
        });
    }

    /**
     * Subscribes streams on every present and future connection.
     *
     * @return on how many open ones the request was sent
     */
    public Future<Integer> subscribe(Collection<String> streams) {
        return call(() -> sender.toAllOpen(subscriptions.subscribe(streams)));
    }

    /**
     * Unsubscribes streams on every present and future connection.
     *
     * @return on how many open ones the request was sent
     */
    public Future<Integer> unsubscribe(Collection<String> streams) {
        return call(() -> sender.toAllOpen(subscriptions.unsubscribe(streams)));
    }

    /**
     * Replaces a connection, make-before-break.
     *
     * @return completes when a replacement is being opened; fails if there is no such connection or it is being replaced already
     */
    public Future<Void> evict(String connectionId) {
        return call(() -> {
            if (!roster.seatOf(connectionId).replace("requested", trialMs())) {
                throw new IllegalStateException(connectionId + " is being replaced already, or is not open");
            }
            return Future.succeededFuture();
        });
    }

    /** Everything about the feed, now. */
    public Future<FeedReport> report() {
        return call(() -> Future.succeededFuture(currentReport()));
    }

    public String name() {
        return name;
    }

    /** The state, exact on the feed's context, elsewhere a moment old. */
    public FeedState state() {
        return chronicle.state();
    }

    // what the kinds of feed do differently

    abstract void starting();

    abstract void stopping();

    /** A message arrived on a connection. */
    abstract void arrived(Member member, Buffer payload, boolean text, long arrivalNanos);

    abstract void joined(Member member);

    abstract void parted(Member member);

    abstract long lateMessages();

    abstract WsConnection fastest(Stream<WsConnection> live);

    abstract void beforeReport();

    /** How long a candidate may take until it delivers in step. */
    abstract long trialMs();

    /** A candidate has had this time: it takes its seat now, or is abandoned. */
    abstract void trialOver(Seat seat);

    // what seats and members tell

    Member newMember(Seat seat) {
        Member member = new Member(this, seat);
        member.connection = new WsConnection(
                clockwork,
                connector,
                // what is sent on connect may have changed since: the feed sends it, the connection nothing
                config.withConnectionId(name + "-" + nextConnection++).withOnConnect(List.of()),
                member);
        return member;
    }

    void opened(Member member) {
        roster.opened(member);
        joined(member);
        chronicle.connected(member);
        if (member.dismissed) {
            return; // an event handler has closed the feed
        }
        // a connection that is open but not subscribed would count as live and bring nothing
        Sender.write(member.connection, subscriptions.opening())
                .onFailure(e -> member.connection.abort("not-subscribed", String.valueOf(e.getMessage())));
        member.seat.opened(member);
        chronicle.liveChanged(false);
        started.tryComplete();
    }

    void received(Member member, Buffer payload, boolean text, long arrivalNanos) {
        if (!member.dismissed) {
            copies++;
            rhythm.onMessage(arrivalNanos);
            arrived(member, payload, text, arrivalNanos);
        }
    }

    void closed(Member member, Disconnect end) {
        roster.closed(member);
        if (member.dismissed) {
            return;
        }
        parted(member);
        roster.remember(member);
        if (member.connection.isClosedByUs()) {
            return;
        }
        chronicle.lost(member, end);
        member.seat.lost(member, end);
        chronicle.liveChanged(true);
    }

    /** An attempt failed, on this seat the first since the feed was started or not. */
    void connectFailed(Throwable failure, boolean first) {
        if (state() == FeedState.CLOSED) {
            return;
        }
        chronicle.connectFailed(failure);
        if (failure instanceof ConnectFailedException refused && refused.pauseMs() > 0) {
            budget.pause(refused.pauseMs());
        }
        notYet(failure, first);
    }

    /** An attempt must wait for the budget of its host, on this seat the first since the feed was started or not. */
    void mustWait(long waitMs, boolean first) {
        chronicle.waiting(waitMs);
        notYet(
                new IllegalStateException(
                        "attempts to connect must wait " + waitMs + " ms: the host's budget is spent"),
                first);
    }

    private void notYet(Throwable why, boolean first) {
        if (first && ++failedFirstAttempts == roster.target() && started.tryFail(why)) {
            chronicle.startFailed();
        } else {
            chronicle.liveChanged(true);
        }
    }

    private void tellOncePerSecond() {
        long silentNanos = roster.live() == 0 ? 0 : rhythm.newsOfSilence(clockwork.nowNanos());
        if (silentNanos > 0) {
            chronicle.silent(silentNanos / 1_000_000);
        }
        tellDrops();
    }

    private void tellDrops() {
        publication
                .droppedSinceTold()
                .forEach((cause, count) ->
                        chronicle.dropped(cause, count, publication.dropped().get(cause.label())));
    }

    private FeedReport currentReport() {
        beforeReport();
        return new FeedReport(
                name,
                FeedUrl.masked(config.url()),
                state(),
                roster.target(),
                roster.live(),
                publication.published(),
                copies,
                lateMessages(),
                chronicle.evictions(),
                chronicle.losses(),
                publication.dropped(),
                chronicle.failures(),
                subscriptions.streams(),
                roster.report());
    }

    /**
     * Runs an action on the feed's context and answers there; what it throws fails the future. Dispatched, so that sockets and timers
     * belong to that context, whoever calls.
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
