package io.firstline.feed;

import io.firstline.arbitration.ArrivalTable;
import io.firstline.arbitration.BestSubsets;
import io.firstline.arbitration.report.SubsetFigures;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.message.Dispatcher;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.SubscribedStream;
import io.firstline.feed.report.ArrivalReport;
import io.firstline.feed.report.EvictionReason.Cause;
import io.firstline.feed.report.FeedActivity;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.GapReport;
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
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

/**
 * One merged stream from one or more connections that are kept open: the common part of {@link WsSingle} and
 * {@link WsPool}.
 *
 * <p>Methods may be called from any thread and act on the feed's context, which was current when the feed was
 * created. Starting and closing are idempotent; a closed feed can be started again.
 */
public abstract class Feed {
    private final String name;
    private final ContextInternal context;
    private final FeedAssembly assembly;
    private final FeedParts parts;
    private final Dispatcher dispatcher;
    private final SpareConnections spares;

    private FeedStream askedStream;
    private Future<Void> closing = Future.succeededFuture();
    private Future<List<SubsetFigures>> comparing = Future.succeededFuture(List.of());

    Feed(
            FeedEnvironment environment,
            String name,
            WsConnectionConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat format,
            Redundancy redundancy) {
        this.name = Objects.requireNonNull(name, "name");
        this.context = environment.context();
        this.assembly = FeedAssembly.of(environment, name, config, subscribeTemplates, format, redundancy);
        this.parts = assembly.parts();
        this.dispatcher = assembly.dispatcher();
        this.spares = new SpareConnections(environment, name, subscribeTemplates, format, assembly);
    }

    /**
     * Creates the feed that a configuration describes: a pool, or a single connection. Runs on the current Vert.x
     * context.
     */
    @SuppressWarnings("exports") // for the packages of the library
    public static Feed of(Vertx vertx, FeedConfig feed) {
        return feed.connections() == 1
                ? WsSingle.create(vertx, feed.name(), feed.pool().connection(), feed.subscriptions(), feed.format())
                        .nameStreamsAt(feed.streamPointer())
                : WsPool.create(vertx, feed.name(), feed.pool(), feed.subscriptions(), feed.format())
                        .nameStreamsAt(feed.streamPointer());
    }

    /**
     * Creates the feed that a JSON object describes, with the keys of a feed in a configuration file and its
     * {@code "name"}. Runs on the current Vert.x context.
     *
     * @throws io.firstline.config.problem.InvalidConfigException naming every error with its JSON pointer
     */
    public static Feed of(Vertx vertx, JsonObject feed) {
        return of(vertx, FeedConfig.fromJson(feed));
    }

    /** Names streams by the value at this JSON pointer, unless it is empty; called before the feed is used. */
    final Feed nameStreamsAt(String pointer) {
        dispatcher.nameStreamsAt(pointer);
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
            if (state() == FeedState.CLOSED) {
                assembly.start(context.promise());
            }
            return assembly.connections().started();
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
            askedStream = null;
            closing = assembly.stop();
            return closing;
        });
    }

    /**
     * Sets the handler of every message. It is called in the event-loop turn in which the message arrived, and stays
     * set after a restart.
     */
    public Feed handler(Handler<FeedMessage> handler) {
        context.emit(v -> dispatcher.handler(handler));
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
            dispatcher.goOnAfter(renumber.applyAsLong(dispatcher.published()));
            dispatcher.handler(handler);
            return Future.succeededFuture();
        });
    }

    /** Returns how many connections it has opened: these connection numbers are used. */
    public Future<Long> connectionsMade() {
        return call(() -> Future.succeededFuture(assembly.maker().made()));
    }

    /** Starts connection numbers after those of another feed of this name; call it before {@link #start()}. */
    public Feed numberConnectionsAfter(long made) {
        context.emit(v -> assembly.maker().goOnAfter(made));
        return this;
    }

    /** Sets the handler of events; it stays set after a restart. */
    public Feed eventHandler(Handler<FeedEvent> handler) {
        context.emit(v -> parts.events().handler(handler));
        return this;
    }

    /** Sets the listener of every copy before it is compared, null = none; it stays set after a restart. */
    public Feed copyListener(CopyListener listener) {
        context.emit(v -> assembly.connections().copyListener(listener));
        return this;
    }

    /**
     * Includes drops after the handler in this feed's counts and reports.
     *
     * @param total drops since the feed was created; called on the feed's context, about once a second
     */
    public Feed countDrops(DropCause cause, LongSupplier total) {
        context.emit(v -> dispatcher.countDrops(cause, total));
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
        return attached(dispatcher.stream(capacity, overflow));
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
        return attached(dispatcher.stream(capacity, overflow, streamOf));
    }

    private FeedStream attached(FeedStream stream) {
        context.emit(v -> dispatcher.attach(stream));
        return stream;
    }

    /** Ends one consumer's stream. */
    public void detach(FeedStream stream) {
        context.emit(v -> dispatcher.detach(stream));
    }

    /** Returns the next message of a stream that begins with the first call. */
    public Future<FeedMessage> next() {
        return call(() -> {
            if (state() == FeedState.CLOSED) {
                return Future.failedFuture(new IllegalStateException(name + " is closed"));
            }
            if (askedStream == null) {
                askedStream = dispatcher.stream(FeedStream.DEFAULT_CAPACITY, Overflow.DROP_OLDEST);
                dispatcher.attach(askedStream);
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
        return call(() -> sender().send(route, connection -> connection.send(text)));
    }

    /**
     * Sends a binary message.
     *
     * @return the number of connections it was written to; fails if there was none
     */
    public Future<Integer> send(Buffer payload, Route route) {
        return call(() -> sender().send(route, connection -> connection.send(payload)));
    }

    /**
     * Replaces the messages that every connection sends when it opens, and sends them on the open ones.
     *
     * @return the number of open connections
     */
    public Future<Integer> setOnConnect(List<String> messages) {
        return call(() -> assembly.subscriptions().setOnConnect(messages));
    }

    /**
     * Subscribes to streams on every present and future connection.
     *
     * @return the number of open connections on which the request was sent
     */
    public Future<Integer> subscribe(Collection<String> streams) {
        return call(() -> assembly.connections().subscribe(streams));
    }

    /**
     * Unsubscribes from streams on every present and future connection.
     *
     * @return the number of open connections on which the request was sent
     */
    public Future<Integer> unsubscribe(Collection<String> streams) {
        return call(() -> assembly.connections().unsubscribe(streams));
    }

    /**
     * Waits until one connection has these streams, which were subscribed before, or the venue has refused them on all.
     *
     * @return the streams that no connection has, with the venue's words: they stay wanted until they are unsubscribed.
     *     Completes after at most 20 s, with those that are known by then; empty if the venue's profile does not
     *     recognise answers
     */
    public Future<Map<String, String>> refusals(Collection<String> streams) {
        return call(() -> assembly.subscriptions().refusals(streams));
    }

    /**
     * Replaces a connection, make-before-break.
     *
     * @return completes when the replacement is being opened; fails if there is no such connection or it is already
     *     being replaced
     */
    public Future<Void> evict(String connectionId) {
        return call(() -> {
            if (!assembly.replacements().replace(connectionId)) {
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
            parts.eventLog().url(FeedUrl.masked(newConfig.url()));
            assembly.connections().reconfigure(newConfig);
            assembly.replacements().retireAll(Cause.RECONFIGURED);
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
            assembly.connections().connectNow();
            assembly.replacements().retireAll(Cause.RENEWED);
            return Future.succeededFuture();
        });
    }

    /**
     * Returns what is known of a stream, by the name with which it is subscribed or that messages show; fails if the feed
     * does not subscribe it.
     */
    @SuppressWarnings("exports") // for the packages of the library
    public Future<SubscribedStream> subscribed(String stream) {
        return call(() -> Future.succeededFuture(spares.subscribed(stream)));
    }

    /**
     * Makes a feed with one more connection, which subscribes only these streams: its messages are not part of this feed.
     * It has this feed's limits and shares its event loop; start it, and close it.
     *
     * @return fails if the limits leave no attempt for a connection that is not urgent
     */
    @SuppressWarnings("exports") // for the packages of the library
    public Future<Feed> spare(Collection<String> streams) {
        return call(() -> Future.succeededFuture(spares.make(streams)));
    }

    /** Returns the gaps in the numbers of its streams: the last closed ones, oldest first, then the open ones. */
    public Future<List<GapReport>> gaps() {
        return call(() -> Future.succeededFuture(parts.monitor().gaps()));
    }

    /**
     * Returns what each open connection delivered of each stream, if messages name their streams; empty for a single
     * connection.
     */
    public Future<List<ArrivalReport>> arrivals() {
        return call(() -> Future.succeededFuture(assembly.reporter().arrivals()));
    }

    /**
     * Sets which messages are sampled for {@link #bestSubsets}, from the next start on. Default: one each 250 ms, the
     * last 1,024.
     *
     * @param everyMs at most one message is sampled in this time; 0 = each message
     * @param messages how many of the last ones are kept; each takes four bytes for each connection
     */
    public Future<Void> sampleArrivals(long everyMs, int messages) {
        if (everyMs < 0 || messages < 1) {
            return Future.failedFuture(new IllegalArgumentException(
                    "everyMs " + everyMs + " and messages " + messages + ": allowed: at least 0 and at least 1"));
        }
        return call(() -> {
            assembly.arbitration().sample(everyMs, messages);
            return Future.succeededFuture();
        });
    }

    /**
     * Samples every message, from the next start on.
     *
     * @param startMs the time from the first message to the first sampled one
     * @param messages how many of the last ones are kept
     */
    public Future<Void> sampleAllFrom(long startMs, int messages) {
        return call(() -> {
            assembly.arbitration().sampleFrom(startMs, messages);
            return Future.succeededFuture();
        });
    }

    /**
     * Returns for each number of connections those that would have delivered the sampled messages best, the smallest
     * number first; empty for a single connection, and before the first message. Computed on a worker thread.
     */
    public Future<List<SubsetFigures>> bestSubsets() {
        return call(() -> {
            if (comparing.isComplete()) { // whoever asks meanwhile gets the same answer
                ArrivalTable table = assembly.arbitration().arrivalTable(Long.MAX_VALUE);
                comparing = context.executeBlocking(() -> BestSubsets.of(table), false);
            }
            return comparing;
        });
    }

    /** Returns the sampled arrivals of messages that were published before this time, on the feed's clock. */
    @SuppressWarnings("exports") // for the packages of the library
    public Future<ArrivalTable> arrivalTable(long beforeNanos) {
        return call(() -> Future.succeededFuture(assembly.arbitration().arrivalTable(beforeNanos)));
    }

    /** Returns everything about the feed at this instant. */
    public Future<FeedReport> report() {
        return call(() -> Future.succeededFuture(assembly.reporter().report()));
    }

    public String name() {
        return name;
    }

    /** Returns the state: exact on the feed's context, elsewhere a moment old. */
    public FeedState state() {
        return parts.condition().state();
    }

    /**
     * Returns what arrives on the connections, for any thread; a quarter of a second old at most, unless the event
     * loop is blocked.
     */
    public FeedActivity activity() {
        return assembly.replacements().activity();
    }

    // internals

    private MessageSender sender() {
        return new MessageSender(name, slotTable(), assembly.arbitration()::fastest);
    }

    SlotTable slotTable() {
        return parts.slotTable();
    }

    MessageReader reader() {
        return parts.reader();
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
