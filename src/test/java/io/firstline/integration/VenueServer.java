package io.firstline.integration;

import io.firstline.config.venue.Venue;
import io.firstline.payload.Decoded;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrameType;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A server that speaks as a {@link VenueDialect} says. Each of its connections lacks every 20th message. */
final class VenueServer {
    static final int LACKING = 20;
    private static final int BEAT = 50;

    /** A connection. */
    static final class Line {
        final ServerWebSocket socket;
        final int number;
        final Set<String> subscribed = new HashSet<>();
        volatile boolean open = true;
        /** Whether it may send requests. */
        private boolean loggedIn;

        private int messages;

        private Line(ServerWebSocket socket, int number) {
            this.socket = socket;
            this.number = number;
        }
    }

    private final VenueDialect dialect;
    private final LimitWatch limits;
    private final HttpServer server;
    private final List<Line> lines = new ArrayList<>();
    private final List<String> snapshots = new ArrayList<>();
    private boolean lacking;
    private int sent;
    private int frames;
    private int answers;
    private final List<String> intruders = new ArrayList<>();

    VenueServer(Vertx vertx, VenueDialect dialect, Venue venue) {
        this.dialect = dialect;
        limits = new LimitWatch(venue);
        server = Bench.get(vertx.createHttpServer(new HttpServerOptions().setWebSocketClosingTimeout(1))
                .webSocketHandler(this::connected)
                .listen(0, "127.0.0.1"));
    }

    String url() {
        return "ws://127.0.0.1:" + server.actualPort() + "/" + dialect.path;
    }

    private synchronized void connected(ServerWebSocket socket) {
        Line line = new Line(socket, lines.size());
        lines.add(line);
        line.loggedIn = dialect.login == null;
        if (!dialect.admits.test(socket.headers(), socket.uri())) {
            intruders.add("upgrade");
        }
        limits.connected(line, this::ban);
        socket.frameHandler(frame -> {
            if (frame.type() == WebSocketFrameType.PING) {
                sentByClient(line, false);
            }
        });
        socket.exceptionHandler(e -> {});
        socket.closeHandler(v -> {
            line.open = false;
            closed(line);
        });
        if (dialect.unasked) {
            dialect.streams.forEach(stream -> line.subscribed.add(stream.name));
        }
        if (dialect.msgpack) {
            socket.textMessageHandler(text -> intruders.add(text));
            socket.binaryMessageHandler(bytes -> received(line, Json.encode(Decoded.msgpack(bytes.getBytes()))));
        } else {
            socket.textMessageHandler(text -> received(line, text));
        }
        if (dialect.greeting != null && line.loggedIn) {
            send(line, dialect.greeting);
        } else if (dialect.greeting != null) {
            write(line, dialect.greeting);
        }
    }

    private synchronized void sentByClient(Line line, boolean request) {
        limits.sent(line, request, this::ban);
    }

    private synchronized void closed(Line line) {
        limits.closed(line);
    }

    /** A limit is breached: no connection is served any more. */
    private void ban(String limit) {
        lines.forEach(line -> line.socket.close((short) 1008, limit));
    }

    /** The breached limits. */
    synchronized List<String> breaches() {
        return limits.breaches();
    }

    private synchronized void received(Line line, String text) {
        limits.request(text, this::ban);
        if (text.equals(dialect.answer)) {
            sentByClient(line, false);
            answers++;
            return;
        }
        JsonObject request;
        if (text.startsWith("{")) {
            request = new JsonObject(text);
        } else if (text.startsWith("[")) {
            request = new JsonObject().put("array", new JsonArray(text));
        } else {
            sentByClient(line, false); // a heartbeat
            return;
        }
        if (!line.loggedIn) {
            if (dialect.login.test(request)) {
                line.loggedIn = true;
                write(line, dialect.loggedIn); // before it counts as open
            } else {
                intruders.add(text);
            }
            return;
        }
        List<String> named = new ArrayList<>(dialect.named.apply(request));
        sentByClient(line, !named.isEmpty());
        List<String> refused = new ArrayList<>(named);
        refused.removeIf(stream -> !stream.equals(dialect.unknown));
        if (dialect.wholly && !refused.isEmpty()) {
            refused = named;
        }
        List<String> accepted = new ArrayList<>(named);
        accepted.removeAll(refused);
        if (!accepted.isEmpty()) {
            dialect.ack.to(request, accepted, line.number).forEach(reply -> send(line, reply));
        }
        if (!refused.isEmpty()) {
            dialect.refusal.to(request, refused).forEach(reply -> send(line, reply));
        }
        for (VenueDialect.Sent stream : dialect.streams) {
            boolean subscribes = accepted.contains(stream.name) && line.subscribed.add(stream.name);
            if (subscribes) {
                limits.subscribed(line, this::ban);
            }
            if (subscribes && stream.snapshot != null) {
                String snapshot = stream.snapshot.text(sent, line.number);
                snapshots.add(snapshot);
                sendData(line, snapshot);
            }
        }
    }

    private void sendData(Line line, String text) {
        if (dialect.binary) {
            frames++;
            line.socket.writeBinaryMessage(Buffer.buffer(text.getBytes(StandardCharsets.ISO_8859_1)));
        } else {
            send(line, text);
        }
    }

    private void send(Line line, String text) {
        frames++;
        write(line, text);
    }

    private void write(Line line, String message) {
        String text = dialect.counts
                ? message.replaceFirst("\"sequence_num\":\\d+", "\"sequence_num\":" + line.messages++)
                : message;
        if (dialect.encoding == null) {
            line.socket.writeTextMessage(text);
        } else {
            line.socket.writeBinaryMessage(
                    Buffer.buffer(dialect.encoding.apply(text.getBytes(StandardCharsets.UTF_8))));
        }
    }

    /** From now on each connection lacks every 20th message. */
    synchronized void lackSome() {
        lacking = true;
    }

    /** Sends the next message of each stream. */
    synchronized void next() {
        sent++;
        for (Line line : lines) {
            if (!line.open) {
                continue;
            }
            if (sent % BEAT == 0) {
                dialect.beats.forEach(text -> send(line, text));
                if (dialect.question != null) {
                    send(line, dialect.question);
                }
            }
            boolean lacks = lacking && sent % LACKING == 5 * (line.number % 4) + 1;
            for (VenueDialect.Sent stream : dialect.streams) {
                if (!lacks && line.subscribed.contains(stream.name)) {
                    sendData(line, stream.message.text(sent, line.number));
                }
            }
        }
    }

    /** The number of the last message of each stream. */
    synchronized int sent() {
        return sent;
    }

    /** The number of frames on all connections. */
    synchronized int frames() {
        return frames;
    }

    /** Messages without a right login or signature. */
    synchronized List<String> intruders() {
        return List.copyOf(intruders);
    }

    synchronized int answers() {
        return answers;
    }

    synchronized List<String> snapshots() {
        return List.copyOf(snapshots);
    }

    /** The open connections that subscribe to everything. */
    synchronized List<Line> ready() {
        return lines.stream()
                .filter(line -> line.open && line.subscribed.size() == dialect.streams.size())
                .toList();
    }

    synchronized void warn(Line line) {
        send(line, dialect.warning);
    }

    /** Ends a connection without a close frame. */
    static void reset(Line line) {
        Channel channel =
                ((WebSocketInternal) line.socket).channelHandlerContext().channel();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        var unused = channel.close();
    }
}
