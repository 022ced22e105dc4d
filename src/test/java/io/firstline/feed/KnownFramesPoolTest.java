package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.Records;
import io.firstline.config.venue.Formats;
import io.firstline.config.venue.MessageContent;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.Venue;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.Connector;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.Socket;
import io.firstline.connection.WsFrame;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.report.ConnectionReport;
import io.firstline.feed.report.FeedReport;
import io.firstline.integration.Quiet;
import io.firstline.testkit.HandClock;
import io.firstline.testkit.Packed;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrameType;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whether a pool reads every copy, or remembers the frames that it has read, changes nothing that anybody sees: not a
 * message, an event or a figure. Two places are so few that nearly every frame is forgotten at once.
 */
class KnownFramesPoolTest extends FeedTestBase {
    private static final int WORLDS = 3;
    private static final int CONNECTIONS = 3;
    private static final int MESSAGES = 700;
    private static final int TWO = 2;
    private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

    /** The part of a venue's profile. */
    private enum Kind {
        KEYS,
        IGNORED,
        GZIP,
        UTF8,
        ITEMS;

        private MessageFormat format() {
            return switch (this) {
                case KEYS -> usdm();
                case IGNORED -> withContent(usdm(), PayloadEncoding.NONE, "/data/E");
                case GZIP -> withContent(usdm(), PayloadEncoding.GZIP);
                case UTF8 -> withContent(usdm(), PayloadEncoding.UTF8);
                case ITEMS -> items();
            };
        }

        private static MessageFormat usdm() {
            return Venue.find("binance-usdm", null).format();
        }

        private static MessageFormat withContent(MessageFormat format, PayloadEncoding payload, String... ignore) {
            return Records.with(format, Map.of("content", new MessageContent(payload, List.of(ignore), List.of())));
        }

        private static MessageFormat items() {
            StreamClass.Sequence numbers =
                    new StreamClass.Sequence(StreamClass.Link.PLUS_ONE, List.of("/data/0/t"), List.of(), List.of());
            StreamClass trades = new StreamClass(
                    "trades",
                    "trade$",
                    List.of("/data/0/t"),
                    List.of(),
                    "/data",
                    numbers,
                    StreamClass.Mode.ORDERED,
                    StreamClass.DEFAULT_HOLD_MS,
                    StreamClass.DEFAULT_HOLD_MESSAGES);
            return Formats.with(Map.of("naming", StreamNaming.at(List.of("/stream")), "classes", List.of(trades)));
        }

        private WsFrame frame(String text, int connection, SplittableRandom random) {
            boolean isText = random.nextInt(100) == 0 || (this != GZIP && this != UTF8);
            byte[] gzip = this == GZIP && !isText ? Packed.gzip(text, random.nextInt(3) == 0 ? connection : 0) : null;
            return new WsFrame(
                    isText ? WebSocketFrameType.TEXT : WebSocketFrameType.BINARY,
                    gzip == null ? Buffer.buffer(text) : Buffer.buffer(gzip),
                    true);
        }
    }

    /** What happens on a connection at an instant; no frame = its server ends it. */
    private record Happening(long atMs, int connection, WsFrame frame) {}

    /** The results of a pool. */
    private record Outcome(
            List<String> published,
            List<String> events,
            List<Object> figures,
            List<Object> streams,
            List<Object> lines,
            long reads) {}

    @BeforeAll
    static void quietLogs() {
        Quiet.logs();
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotChangeWhatAPoolDoes(Kind kind) throws TimeoutException {
        for (int world = 0; world < WORLDS; world++) {
            long seed = new SplittableRandom().nextLong();
            List<Happening> script = script(kind, new SplittableRandom(seed));
            Outcome all = outcome(kind, script, 0);
            Outcome few = outcome(kind, script, TWO);
            Outcome known = outcome(kind, script, MessageReader.KNOWN_FRAMES);

            for (Outcome other : List.of(few, known)) {
                assertThat(other)
                        .as(kind + ", seed " + seed)
                        .usingRecursiveComparison()
                        .ignoringFields("reads")
                        .isEqualTo(all);
            }
            assertThat(all.published).hasSizeGreaterThan(MESSAGES / 2);
            assertThat(known.reads).as(kind + ": frames read").isLessThan(3 * all.reads / 4);
            assertThat(few.reads).isGreaterThan(known.reads);
        }
    }

    // what servers send

    private static List<Happening> script(Kind kind, SplittableRandom random) {
        List<List<Happening>> lines = new ArrayList<>();
        long[] lastMs = new long[CONNECTIONS];
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            lines.add(new ArrayList<>());
        }
        List<String> sent = new ArrayList<>();
        for (int number = 0; number < MESSAGES; number++) {
            boolean again = number > 0 && random.nextInt(20) == 0;
            sent.add(
                    again
                            ? sent.get(sent.size() - 1 - random.nextInt(Math.min(4, sent.size())))
                            : text(kind, number, random));
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                lastMs[connection] = Math.max(lastMs[connection], 3_000 + 2L * number + random.nextInt(10));
                String text = sent.get(number);
                if (random.nextInt(40) == 0) {
                    text = text.replace("\"E\":1", "\"E\":2" + connection);
                }
                if (random.nextInt(50) > 0) {
                    lines.get(connection)
                            .add(new Happening(lastMs[connection], connection, kind.frame(text, connection, random)));
                }
                if (random.nextInt(1_000) == 0) {
                    lines.get(connection).add(new Happening(lastMs[connection], connection, null));
                    lastMs[connection] += 200;
                }
            }
        }
        return lines.stream()
                .flatMap(List::stream)
                .sorted(java.util.Comparator.comparingLong(Happening::atMs))
                .toList();
    }

    private static String text(Kind kind, int number, SplittableRandom random) {
        return switch (random.nextInt(60)) {
            case 0 -> "{\"id\":" + random.nextInt(3) + ",\"result\":null}";
            case 1 -> "{\"error\":{\"code\":" + random.nextInt(3) + ",\"msg\":\"no\"}}";
            case 2 -> "{\"stream\":";
            case 3 -> "pong";
            case 4 -> data(kind, number, random) + " " + data(kind, number, random);
            case 5 -> "{\"e\":" + random.nextInt(3) + "}";
            case 6 -> random.nextInt(20) == 0 ? "{\"e\":\"serverShutdown\"}" : "[]";
            default -> data(kind, number, random);
        };
    }

    private static String data(Kind kind, int number, SplittableRandom random) {
        String stream = "coin" + random.nextInt(2)
                + List.of("@trade", "@bookTicker", "@depth", "@kline_1m").get(random.nextInt(4));
        String value = ",\"E\":1" + random.nextInt(3) + ",\"p\":\"" + random.nextInt(5) + "\"";
        if (kind == Kind.ITEMS) {
            StringBuilder items = new StringBuilder();
            for (int i = random.nextInt(4); i >= 0; i--) {
                items.append("{\"t\":").append(4 * number - i).append(value).append(i == 0 ? "}" : "},");
            }
            return "{\"stream\":\"" + stream + "\",\"data\":[" + (random.nextInt(30) == 0 ? "" : items) + "]}";
        }
        int previous = number + (random.nextInt(40) == 0 ? 5 : -random.nextInt(3)); // a higher one restarts the stream
        String key = random.nextInt(30) == 0
                ? ""
                : ",\"t\":" + number + ",\"u\":" + number + ",\"U\":" + number + ",\"pu\":" + previous;
        return "{\"stream\":\"" + stream + "\",\"data\":{\"x\":1" + key + value + "}}";
    }

    // what a pool does with it

    private Outcome outcome(Kind kind, List<Happening> script, int knownFrames) throws TimeoutException {
        ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
        Promise<Outcome> done = Promise.promise();
        context.runOnContext(v -> {
            try {
                done.complete(new World(kind, context, knownFrames).live(script));
            } catch (RuntimeException | AssertionError e) {
                done.fail(e);
            }
        });
        return done.future().await(1, TimeUnit.MINUTES); // a world takes well below a second
    }

    /** One pool, and its servers. */
    private static final class World implements Connector {
        private final HandClock clock = new HandClock(new SplittableRandom(1));
        private final List<Line> lines = new ArrayList<>();
        private final List<String> published = new ArrayList<>();
        private final List<String> events = new ArrayList<>();
        private final WsPool pool;

        World(Kind kind, ContextInternal context, int knownFrames) {
            this.pool = new WsPool(
                    new FeedEnvironment(context, clock, any -> this, new ConnectBudget()),
                    "p",
                    poolOf(CONNECTIONS, "ws://127.0.0.1:1/"),
                    BINANCE,
                    kind.format(),
                    PoolTimes.of(30_000),
                    knownFrames);
            pool.handler(
                    message -> published.add(message.toJson() + " " + message.identity() + " " + message.stream()));
            pool.eventHandler(event -> events.add(event.toJson().encode()));
        }

        private Outcome live(List<Happening> script) {
            pool.start();
            long passedMs = 0;
            int subscribedAfter = script.size() / 2;
            for (Happening next : script) {
                clock.passMs(next.atMs - passedMs);
                passedMs = next.atMs;
                happen(next);
                if (subscribedAfter-- == 0) {
                    pool.subscribe(List.of("coin0@trade"));
                }
            }
            clock.passMs(10_000);
            FeedReport report = pool.report().result();
            return new Outcome(
                    published,
                    events,
                    List.of(
                            report.state(),
                            report.copies(),
                            report.control(),
                            report.malformed(),
                            report.published(),
                            report.late(),
                            report.dropped(),
                            report.problems(),
                            report.evictedFor(),
                            report.lost()),
                    List.copyOf(report.ledger()),
                    report.connections().stream()
                            .map(ConnectionReport::line)
                            .<Object>map(figures -> figures)
                            .toList(),
                    pool.reader().reads());
        }

        private void happen(Happening next) {
            List<Line> open = lines.stream().filter(line -> !line.ended).toList();
            if (next.connection < open.size()) {
                open.get(next.connection).happen(next.frame);
            }
        }

        @Override
        public Future<Socket> connect(WsConnectionConfig config) {
            Line line = new Line(clock);
            lines.add(line);
            return Future.succeededFuture(line);
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    }

    /** The server's end of a connection: it answers pings and requests. */
    private static final class Line implements Socket {
        private final HandClock clock;
        private Listener listener;
        private boolean ended;

        Line(HandClock clock) {
            this.clock = clock;
        }

        private void happen(WsFrame frame) {
            if (frame == null) {
                cutOff();
            } else if (listener != null && !ended) {
                listener.frame(frame);
            }
        }

        @Override
        public void listen(Listener newListener) {
            listener = newListener;
        }

        @Override
        public Future<Void> writeText(String text) {
            Matcher id = ID.matcher(text);
            if (id.find()) {
                String reply = "{\"id\":" + id.group(1) + ",\"result\":null}";
                clock.once(1, () -> happen(new WsFrame(WebSocketFrameType.TEXT, Buffer.buffer(reply), true)));
            }
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> writeBinary(Buffer payload) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> writePing(Buffer payload) {
            clock.once(1, () -> {
                if (!ended) {
                    listener.frame(new WsFrame(WebSocketFrameType.PONG, payload, true));
                    listener.pong(payload);
                }
            });
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> writePong(Buffer payload) {
            return Future.succeededFuture();
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public Future<Void> close(int code, String reason) {
            return cutOff();
        }

        @Override
        public Future<Void> cutOff() {
            if (!ended && listener != null) {
                ended = true;
                clock.once(1, listener::ended);
            }
            return Future.succeededFuture();
        }

        @Override
        public Short closeCode() {
            return null;
        }

        @Override
        public String closeReason() {
            return null;
        }
    }
}
