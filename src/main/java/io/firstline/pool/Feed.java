package io.firstline.pool;

import io.firstline.config.FeedConfig.Subscribing;
import io.firstline.config.FeedUrl;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.ConnectFailedException;
import io.firstline.connection.Disconnect;
import io.firstline.connection.DropCause;
import io.firstline.connection.RetryPolicy;
import io.firstline.connection.WsConnection;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One merged stream from one or several connections that are kept open: what {@link WsSingle} and {@link WsPool} have in common.
 *
 * <p>Methods may be called from any thread and act on the feed's context, the one that was current when the feed was made. Starting
 * and closing are idempotent; a closed feed can be started again.
 */
public abstract class Feed {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    private static final long DROPS_TOLD_EVERY_MS = 1_000;
    private static final int REMEMBERED_GONE = 64;

    private final Vertx vertx;
    final ContextInternal context;
    private final String name;
    private final WsConnectionConfig config;
    private final int target;
    private final Subscriptions subscriptions;
    private final FailureLog failures = new FailureLog();
    final Publication publication;
    final List<Seat> seats = new ArrayList<>();
    private final Set<Member> open = new LinkedHashSet<>();
    private final Deque<ConnectionReport> gone = new ArrayDeque<>();

    private Handler<FeedEvent> eventHandler = event -> {};
    private FeedStream askedStream;
    private WebSocketClient client;
    private volatile FeedState state = FeedState.CLOSED;
    private Promise<Void> started;
    private Future<Void> closing = Future.succeededFuture();
    private int failedFirstAttempts;
    private long dropTimer;
    private long nextConnection = 1;
    private long evictions;
    private long lost;
    private long copies;

    Feed(Vertx vertx, String name, WsConnectionConfig config, int target, Subscribing subscribing) {
        this.vertx = Objects.requireNonNull(vertx, "vertx");
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.name = Objects.requireNonNull(name, "name");
        this.config = config;
        this.target = target;
        this.subscriptions = new Subscriptions(config.onConnect(), subscribing);
        this.publication = new Publication(name, context);
        for (int i = 0; i < target; i++) {
            seats.add(new Seat(this, vertx, new RetryPolicy(config.retry(), RandomGenerator.getDefault())));
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
            if (state != FeedState.CLOSED) {
                return started.future();
            }
            state = FeedState.STARTING;
            started = context.promise();
            failedFirstAttempts = 0;
            failures.recovered();
            client = WsConnection.client(vertx, config);
            dropTimer = vertx.setPeriodic(DROPS_TOLD_EVERY_MS, t -> tellDrops());
            starting();
            seats.forEach(Seat::fill);
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
            if (state == FeedState.CLOSED) {
                return closing;
            }
            state = FeedState.CLOSED;
            vertx.cancelTimer(dropTimer);
            tellDrops();
            stopping();
            open.forEach(Member::dismiss);
            seats.forEach(Seat::vacate);
            started.tryFail(new IllegalStateException(name + " was closed while it started"));
            WebSocketClient last = client;
            closing = Future.join(List.copyOf(open).stream()
                            .map(member -> member.connection.close(1000, "closing"))
                            .toList())
                    .transform(all -> last.close());
            publication.end();
            askedStream = null;
            return closing;
        });
    }

    /** Sets the handler of every message, called in the turn of the event loop in which the message arrived; survives a restart. */
    public Feed handler(Handler<FeedMessage> handler) {
        context.execute(() -> publication.handler(handler));
        return this;
    }

    /** Sets the handler of events; survives a restart. */
    public Feed eventHandler(Handler<FeedEvent> handler) {
        context.execute(() -> eventHandler = handler == null ? event -> {} : handler);
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
        FeedStream stream = publication.stream(capacity, overflow);
        context.execute(() -> publication.attach(stream));
        return stream;
    }

    /** Ends one consumer's stream. */
    public void detach(FeedStream stream) {
        context.execute(() -> publication.detach(stream));
    }

    /** The next message of a stream that begins with the first call. */
    public Future<FeedMessage> next() {
        return call(() -> {
            if (state == FeedState.CLOSED) {
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
        return send(route, connection -> connection.send(text));
    }

    /**
     * Sends a binary message.
     *
     * @return to how many connections it was written; fails if to none
     */
    public Future<Integer> send(Buffer payload, Route route) {
        return send(route, connection -> connection.send(payload));
    }

    /**
     * Replaces the messages that every connection sends when it opens, and sends them on the open ones.
     *
     * @return on how many open connections
     */
    public Future<Integer> setOnConnect(List<String> messages) {
        return call(() -> {
            subscriptions.setOnConnect(messages);
            return sendToAllOpen(messages);
        });
    }

    /**
     * Subscribes streams on every present and future connection.
     *
     * @return on how many open ones the request was sent
     */
    public Future<Integer> subscribe(Collection<String> streams) {
        return call(() -> sendToAllOpen(subscriptions.subscribe(streams)));
    }

    /**
     * Unsubscribes streams on every present and future connection.
     *
     * @return on how many open ones the request was sent
     */
    public Future<Integer> unsubscribe(Collection<String> streams) {
        return call(() -> sendToAllOpen(subscriptions.unsubscribe(streams)));
    }

    /**
     * Replaces a connection, make-before-break.
     *
     * @return completes when a replacement is being opened; fails if there is no such connection or it is being replaced already
     */
    public Future<Void> evict(String connectionId) {
        return call(() -> {
            Seat seat = seats.stream()
                    .filter(s -> s.member() != null && s.member().id().equals(connectionId))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no connection " + connectionId + " in " + name
                            + ", there are " + open.stream().map(Member::id).toList()));
            if (!seat.replace("requested", trialMs())) {
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
        return state;
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

    // what seats and members tell

    Member newMember(Seat seat) {
        Member member = new Member(this, seat);
        member.connection = new WsConnection(
                vertx,
                client,
                config.withConnectionId(name + "-" + nextConnection++).withOnConnect(List.of()),
                member);
        return member;
    }

    void opened(Member member) {
        open.add(member);
        joined(member);
        LOG.info("{}/{} connected ({})", name, member.id(), figures());
        tell(FeedEvent.Type.CONNECTED, new JsonObject().put("connection", member.id()));
        member.connection
                .setOnConnect(subscriptions.opening())
                .onFailure(e -> LOG.warn("{}/{} could not send on connect: {}", name, member.id(), e.getMessage()));
        member.seat.opened(member);
        refreshState();
        started.tryComplete();
    }

    void received(Member member, Buffer payload, boolean text, long arrivalNanos) {
        if (!member.dismissed) {
            copies++;
            arrived(member, payload, text, arrivalNanos);
        }
    }

    void dropped(DropCause cause, long count) {
        publication.drop(cause, count);
    }

    void closed(Member member, Disconnect end) {
        open.remove(member);
        if (member.dismissed) {
            return;
        }
        parted(member);
        remember(member);
        if (member.connection.isClosedByUs()) {
            return;
        }
        lost++;
        if (failures.isNews(end.cause())) {
            LOG.warn("{}/{} lost: {} from {} ({})", name, member.id(), end, shownUrl(), figures());
        }
        tell(
                FeedEvent.Type.DISCONNECTED,
                new JsonObject()
                        .put("connection", member.id())
                        .put("cause", end.cause())
                        .put("code", end.code())
                        .put("reason", end.reason())
                        .put("ageMs", member.connection.ageMs()));
        member.seat.lost(member, end);
        refreshState();
    }

    /** An attempt failed, on this seat the first since the feed was started or not. */
    void connectFailed(Throwable failure, boolean first) {
        if (state == FeedState.CLOSED) {
            return;
        }
        Disconnect end = failure instanceof ConnectFailedException known
                ? known.end()
                : new Disconnect("error", 0, String.valueOf(failure.getMessage()));
        if (failures.isNews(end.cause())) {
            LOG.warn("{} cannot connect to {}: {}; trying again ({})", name, shownUrl(), end, figures());
            tell(
                    FeedEvent.Type.CONNECT_FAILED,
                    new JsonObject()
                            .put("cause", end.cause())
                            .put("reason", end.reason())
                            .put("url", shownUrl()));
        }
        LOG.debug("{} connect attempt failed", name, failure);
        if (first && ++failedFirstAttempts == target && started.tryFail(failure)) {
            become(FeedState.DISCONNECTED);
        }
    }

    void evicted(Member old, Member replacement, String reason) {
        evictions++;
        JsonObject facts = new JsonObject()
                .put("connection", old.id())
                .put("replacement", replacement.id())
                .put("reason", reason)
                .put("latencyMs", rounded(old.connection.latencyMs()))
                .put(
                        "lagP99Micros",
                        old.line == null ? null : old.line.figures().lagP99Micros());
        LOG.info("{}/{} evicted: {}, {} took over ({})", name, old.id(), reason, replacement.id(), figures());
        tell(FeedEvent.Type.EVICTED, facts);
    }

    void abandoned(Member old, Member candidate, String why) {
        if (state == FeedState.CLOSED) {
            return;
        }
        String stays = old == null ? "nobody" : old.id();
        LOG.info("{}/{} stays: {} was {} ({})", name, stays, candidate.id(), why, figures());
        tell(
                FeedEvent.Type.EVICTION_ABANDONED,
                new JsonObject()
                        .put("connection", stays)
                        .put("replacement", candidate.id())
                        .put("reason", why));
    }

    void discard(Member member, String reason) {
        member.connection
                .close(1000, reason)
                .onComplete(done -> LOG.debug("{}/{} closed: {}", name, member.id(), reason));
    }

    void tell(FeedEvent.Type type, JsonObject facts) {
        try {
            eventHandler.handle(new FeedEvent(type, name, EpochClock.nowMicros(), facts));
        } catch (RuntimeException e) {
            context.reportException(e);
        }
    }

    void logInStep(Member member, boolean alone) {
        LOG.info("{}/{} leads{} ({})", name, member.id(), alone ? " alone" : " in step", figures());
        tell(
                FeedEvent.Type.IN_STEP,
                new JsonObject().put("connection", member.id()).put("alone", alone));
    }

    int liveSeats() {
        return (int) seats.stream().filter(Seat::isLive).count();
    }

    // state

    private void refreshState() {
        int live = liveSeats();
        if (live >= target) {
            become(FeedState.CONNECTED);
        } else if (live > 0) {
            become(FeedState.DEGRADED);
        } else if (state != FeedState.STARTING) {
            become(FeedState.DISCONNECTED);
        }
    }

    private void become(FeedState next) {
        FeedState before = state;
        if (before == next) {
            return;
        }
        state = next;
        JsonObject facts =
                new JsonObject().put("live", liveSeats()).put("target", target).put("state", next.name());
        if (next == FeedState.CONNECTED) {
            failures.recovered();
            if (before != FeedState.STARTING) {
                LOG.info("{} recovered ({})", name, figures());
                tell(FeedEvent.Type.RECOVERED, facts);
            }
        } else if (before != FeedState.STARTING || next == FeedState.DISCONNECTED) {
            LOG.warn("{} {} ({})", name, next == FeedState.DISCONNECTED ? "has no connection" : "degraded", figures());
            tell(FeedEvent.Type.DEGRADED, facts);
        }
    }

    private void tellDrops() {
        publication.droppedSinceTold().forEach((cause, count) -> {
            LOG.warn("{} dropped {} messages: {} ({})", name, count, cause.label(), figures());
            tell(
                    FeedEvent.Type.DROPPED,
                    new JsonObject()
                            .put("cause", cause.label())
                            .put("count", count)
                            .put("total", publication.dropped().get(cause.label())));
        });
    }

    /** The same tuple at the end of every log line. */
    private String figures() {
        return "live=" + liveSeats() + "/" + target + ", open=" + open.size() + ", published="
                + publication.published();
    }

    private String shownUrl() {
        return FeedUrl.masked(config.url());
    }

    private void remember(Member member) {
        gone.addFirst(member.report(ConnectionReport.Role.GONE));
        while (gone.size() > REMEMBERED_GONE) {
            gone.removeLast();
        }
    }

    private FeedReport currentReport() {
        beforeReport();
        List<ConnectionReport> connections = new ArrayList<>();
        for (Member member : open) {
            connections.add(member.report(
                    member.seat.member() == member
                            ? ConnectionReport.Role.MEMBER
                            : member.seat.candidate() == member
                                    ? ConnectionReport.Role.CANDIDATE
                                    : ConnectionReport.Role.GONE));
        }
        connections.addAll(gone);
        return new FeedReport(
                name,
                shownUrl(),
                state,
                target,
                liveSeats(),
                publication.published(),
                copies,
                lateMessages(),
                evictions,
                lost,
                publication.dropped(),
                failures.counts(),
                subscriptions.streams(),
                connections);
    }

    private static Double rounded(double latencyMs) {
        return Double.isNaN(latencyMs) ? null : Math.round(latencyMs * 1_000) / 1_000.0;
    }

    // sending

    private interface Send {
        Future<Void> through(WsConnection connection);
    }

    private Future<Integer> send(Route route, Send send) {
        return call(() -> {
            List<WsConnection> live = seats.stream()
                    .filter(Seat::isLive)
                    .map(seat -> seat.member().connection)
                    .toList();
            List<WsConnection> through =
                    switch (route.kind()) {
                        case ALL -> live;
                        case FASTEST ->
                            Stream.ofNullable(fastest(live.stream())).toList();
                        case CONNECTION ->
                            live.stream()
                                    .filter(c -> c.id().equals(route.connectionId()))
                                    .toList();
                    };
            if (through.isEmpty()) {
                return Future.failedFuture(new IllegalStateException(
                        live.isEmpty()
                                ? name + " has no live connection"
                                : name + " has no live connection " + route.connectionId() + ", there are "
                                        + live.stream().map(WsConnection::id).toList()));
            }
            List<Future<Void>> writes = through.stream().map(send::through).toList();
            return Future.join(writes).transform(all -> {
                int written = (int) writes.stream().filter(Future::succeeded).count();
                return written > 0 ? Future.succeededFuture(written) : Future.failedFuture(all.cause());
            });
        });
    }

    /** To candidates and founders alike: what a feed wants holds for each of its connections. */
    private Future<Integer> sendToAllOpen(List<String> messages) {
        List<Future<Void>> writes = new ArrayList<>();
        int reached = 0;
        for (Member member : List.copyOf(open)) {
            if (member.isLive()) {
                reached++;
                messages.forEach(message -> writes.add(member.connection.send(message)));
            }
        }
        return Future.all(writes).map(messages.isEmpty() ? 0 : reached);
    }

    /** Runs an action on the feed's context and answers there; what it throws fails the future. */
    private <T> Future<T> call(Supplier<Future<T>> action) {
        Promise<T> promise = context.promise();
        context.execute(() -> {
            Future<T> result;
            try {
                result = action.get();
            } catch (IllegalArgumentException | IllegalStateException e) {
                result = Future.failedFuture(e);
            }
            result.onComplete(promise);
        });
        return promise.future();
    }
}
