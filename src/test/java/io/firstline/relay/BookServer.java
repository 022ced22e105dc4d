package io.firstline.relay;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small exchange in OKX's form with one order book per instrument: each subscription gets a snapshot, then every change.
 * Runs on one event loop.
 */
final class BookServer {
    private static final int LEVELS = 20;

    private final Vertx vertx;
    private final Random random;
    private final Map<String, Book> books = new TreeMap<>();
    private final List<Line> lines = new ArrayList<>();
    private HttpServer server;
    /** The longest delay of a connection's messages, milliseconds. */
    volatile int mostDelayMs;

    volatile boolean refuses;
    volatile boolean sendsSnapshots = true;
    /** Snapshots sent. */
    final AtomicInteger snapshots = new AtomicInteger();

    final AtomicInteger connections = new AtomicInteger();

    private static final class Book {
        final Map<Integer, Integer> levels = new TreeMap<>();
        long sequence = 100;
    }

    private final class Line {
        final ServerWebSocket socket;
        final Set<String> books = new HashSet<>();
        final int delayMs = mostDelayMs == 0 ? 0 : random.nextInt(mostDelayMs);

        Line(ServerWebSocket socket) {
            this.socket = socket;
        }

        void send(String text) {
            if (delayMs == 0) {
                socket.writeTextMessage(text);
            } else {
                vertx.setTimer(delayMs, id -> socket.writeTextMessage(text));
            }
        }
    }

    BookServer(Vertx vertx, long seed) {
        this.vertx = vertx;
        this.random = new Random(seed);
    }

    Future<HttpServer> start() {
        return vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .webSocketHandler(this::opened)
                .listen()
                .onSuccess(listening -> server = listening);
    }

    Future<Void> close() {
        return server.close();
    }

    String url() {
        return "ws://127.0.0.1:" + server.actualPort() + "/ws/v5/public";
    }

    private void opened(ServerWebSocket socket) {
        Line line = new Line(socket);
        lines.add(line);
        connections.incrementAndGet();
        socket.closeHandler(v -> {
            lines.remove(line);
            connections.decrementAndGet();
        });
        socket.textMessageHandler(text -> heard(line, text));
    }

    private void heard(Line line, String text) {
        if (text.equals("ping")) {
            line.socket.writeTextMessage("pong");
            return;
        }
        JsonObject request = new JsonObject(text);
        for (Object each : request.getJsonArray("args")) {
            JsonObject arg = (JsonObject) each;
            String instrument = arg.getString("instId");
            if (refuses) {
                line.socket.writeTextMessage("{\"id\":\"" + request.getValue("id")
                        + "\",\"event\":\"error\",\"code\":\"60018\",\"msg\":\"no such channel\"}");
                continue;
            }
            line.send("{\"id\":\"" + request.getValue("id") + "\",\"event\":\"" + request.getString("op")
                    + "\",\"arg\":" + arg.encode() + "}");
            if (request.getString("op").equals("subscribe")) {
                line.books.add(instrument);
                if (sendsSnapshots) {
                    snapshots.incrementAndGet();
                    line.send(snapshot(instrument));
                }
            } else {
                line.books.remove(instrument);
            }
        }
    }

    private Book book(String instrument) {
        return books.computeIfAbsent(instrument, any -> {
            Book book = new Book();
            for (int i = 0; i < LEVELS; i++) {
                book.levels.put(i, 1 + random.nextInt(100));
            }
            return book;
        });
    }

    private String snapshot(String instrument) {
        Book book = book(instrument);
        JsonArray levels = new JsonArray();
        book.levels.forEach((price, size) -> levels.add(level(price, size)));
        return message(instrument, "snapshot", levels, book.sequence, -1);
    }

    private static JsonArray level(int price, int size) {
        return new JsonArray().add("" + price).add("" + size);
    }

    private static String message(String instrument, String action, JsonArray levels, long sequence, long previous) {
        return new JsonObject()
                .put("arg", new JsonObject().put("channel", "books").put("instId", instrument))
                .put("action", action)
                .put(
                        "data",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("asks", levels)
                                        .put("bids", new JsonArray())
                                        .put("seqId", sequence)
                                        .put("prevSeqId", previous)))
                .encode();
    }

    /** Changes some levels of a book; every subscriber gets the change. On the event loop of the server. */
    void change(String instrument) {
        Book book = book(instrument);
        JsonArray levels = new JsonArray();
        for (int i = 0; i <= random.nextInt(3); i++) {
            int price = random.nextInt(LEVELS);
            int size = random.nextInt(100);
            if (size == 0) {
                book.levels.remove(price);
            } else {
                book.levels.put(price, size);
            }
            levels.add(level(price, size));
        }
        long previous = book.sequence;
        book.sequence += 1 + random.nextInt(3);
        String change = message(instrument, "update", levels, book.sequence, previous);
        for (Line line : lines) {
            if (line.books.contains(instrument)) {
                line.send(change);
            }
        }
    }

    /** The present book as a text, and its number. */
    String state(String instrument) {
        return book(instrument).sequence + " " + book(instrument).levels;
    }

    /** Ends the connection that opened first. */
    void cut() {
        if (!lines.isEmpty()) {
            lines.get(0).socket.close();
        }
    }

    /** A book as a client builds it, which checks that nothing is missing. */
    static final class Built {
        private final Map<Integer, Integer> levels = new TreeMap<>();
        private long sequence = -1;
        int snapshots;
        /** The first error; null = none. */
        String error;

        void take(String text) {
            JsonObject message = new JsonObject(text);
            if (!message.containsKey("data")) {
                return;
            }
            JsonObject data = message.getJsonArray("data").getJsonObject(0);
            if (message.getString("action").equals("snapshot")) {
                snapshots++;
                levels.clear();
            } else if (data.getLong("prevSeqId") != sequence) {
                error = error == null ? "after " + sequence + ": " + text : error;
            }
            sequence = data.getLong("seqId");
            for (Object each : data.getJsonArray("asks")) {
                JsonArray level = (JsonArray) each;
                int size = Integer.parseInt(level.getString(1));
                if (size == 0) {
                    levels.remove(Integer.parseInt(level.getString(0)));
                } else {
                    levels.put(Integer.parseInt(level.getString(0)), size);
                }
            }
        }

        String state() {
            return sequence + " " + levels;
        }
    }
}
