package io.firstline.testkit;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Connector;
import io.firstline.connection.Scheduler;
import io.firstline.connection.WsClient;
import io.firstline.connection.WsConnection;
import io.firstline.connection.report.ConnectFailedException;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.DropCause;
import io.firstline.connection.report.WsConnectionState;
import io.firstline.payload.Payload;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** One {@link WsConnection} with a separate context and client, driven and watched from a test's thread. */
public final class ConnectionProbe implements WsConnection.Listener, AutoCloseable {

    /** A message as it was passed on. */
    public record Message(Buffer payload, boolean text, long arrivalNanos) {
        public String asText() {
            return payload.toString();
        }
    }

    private final Context context;
    private final Connector client;
    private final WsConnection connection;
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final List<DropCause> drops = new CopyOnWriteArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<Disconnect> ends = new CopyOnWriteArrayList<>();
    private volatile Consumer<WsConnection> whenOpened = c -> {};

    public ConnectionProbe(Vertx vertx, WsConnectionConfig config) {
        this.context = vertx.getOrCreateContext();
        this.client = WsClient.create(vertx, config);
        this.connection = new WsConnection(Scheduler.of(vertx), client, config, this);
    }

    /** The action in {@code opened}. */
    public ConnectionProbe whenOpened(Consumer<WsConnection> action) {
        whenOpened = action;
        return this;
    }

    // driving; everything runs on the connection's context

    public Future<Void> connect() {
        return start(WsConnection::connect);
    }

    /** Connects and waits until it is open. */
    public ConnectionProbe opened() {
        Await.result(connect());
        return this;
    }

    /** Connects, which must fail, and returns the cause. */
    public Disconnect connectFails() {
        return failureOf(connect());
    }

    /** Why an attempt to connect failed. */
    public static Disconnect failureOf(Future<Void> attempt) {
        Throwable failure = Await.failure(attempt);
        if (failure instanceof ConnectFailedException known) {
            return known.end();
        }
        throw new AssertionError("not a ConnectFailedException", failure);
    }

    /** Calls the connection and returns its future. */
    public <T> Future<T> start(Function<WsConnection, Future<T>> action) {
        return on(action);
    }

    /** Calls the connection and returns its answer. */
    public <T> T on(Function<WsConnection, T> action) {
        return Await.on(context, () -> action.apply(connection));
    }

    public WsConnectionState state() {
        return on(WsConnection::state);
    }

    // watching

    public List<Message> messages() {
        return messages;
    }

    public List<String> texts() {
        return messages.stream().map(Message::asText).toList();
    }

    public List<DropCause> drops() {
        return drops;
    }

    /** The names of the listener's methods in the order of the calls. */
    public List<String> calls() {
        return calls;
    }

    public void awaitMessages(int count) {
        Await.until(
                () -> count + " messages, there are " + messages.size() + ", drops " + drops + ", ends " + ends,
                () -> messages.size() >= count);
    }

    public void awaitDrops(int count) {
        Await.until(() -> count + " drops, there are " + drops + ", ends " + ends, () -> drops.size() >= count);
    }

    /** Waits until {@code closed} was called; it must not be called again, which {@link #close} checks. */
    public Disconnect awaitEnd() {
        Await.until(() -> "the end of the connection, calls so far " + calls, () -> !ends.isEmpty());
        return ends.get(0);
    }

    @Override
    public void opened(WsConnection opened) {
        calls.add("opened");
        whenOpened.accept(opened);
    }

    @Override
    public void message(WsConnection from, Payload message, long arrivalNanos) {
        Buffer payload = message.toBuffer();
        boolean text = message.isText();
        calls.add("message");
        messages.add(new Message(payload, text, arrivalNanos));
    }

    @Override
    public void dropped(WsConnection from, DropCause cause, long bytes) {
        calls.add("dropped");
        drops.add(cause);
    }

    @Override
    public void closed(WsConnection closed, Disconnect end) {
        calls.add("closed");
        ends.add(end);
    }

    /** Closes the client and, at once, its socket; checks that the listener's contract was kept. */
    @Override
    public void close() {
        Await.result(client.close());
        if (calls.lastIndexOf("opened") > 0
                || (calls.contains("closed") && calls.indexOf("closed") != calls.size() - 1)) {
            throw new AssertionError("opened is to be the first call and closed the last, but: " + calls);
        }
    }
}
