package io.firstline.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.Connector;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.Socket;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.integration.Quiet;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.RecordedEntry.Kind;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plays copies of several connections of one feed, at given times, through a whole pool in virtual time. Each case
 * failed once. The plans are generated here; those in {@code ../shared/cases/arbitration} are played too, if present.
 */
class HandedCasesTest {
    private static final long US = 1_000;
    private static final long MS = 1_000 * US;
    private static final long SECOND = 1_000 * MS;
    /** All connections are open by then. */
    private static final long BEGIN_NANOS = SECOND;

    private static Vertx vertx;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        Quiet.logs();
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** A text that one connection delivers. */
    private record Brought(long atNanos, String text) {}

    /** A connection that is reset. */
    private record Reset(int line, long atNanos) {}

    /** The texts of each connection, and the resets. */
    private record Plan(List<List<Brought>> lines, List<Reset> resets) {

        /** One of the case files; the test is skipped if there are none. */
        static Plan read(String name) {
            Path file = Path.of(System.getProperty("project.dir", "."))
                    .resolve("../shared/cases/arbitration")
                    .resolve(name);
            Assumptions.assumeTrue(
                    Files.exists(file), () -> "skipped: no handed cases beside the project, " + file + " is not there");
            try (InputStream in = Files.newInputStream(file);
                    InputStream bytes = name.endsWith(".gz") ? new GZIPInputStream(in) : in) {
                JsonObject json = new JsonObject(Buffer.buffer(bytes.readAllBytes()));
                List<List<Brought>> lines = new ArrayList<>();
                for (Object line : json.getJsonArray("lines")) {
                    lines.add(((JsonArray) line)
                            .stream()
                                    .map(JsonArray.class::cast)
                                    .map(each -> new Brought(each.getLong(0) * US, each.getString(1)))
                                    .toList());
                }
                List<Reset> resets = json.getJsonArray("faults", new JsonArray()).stream()
                        .map(JsonObject.class::cast)
                        .map(each -> new Reset(each.getInteger("line"), each.getLong("at_us") * US))
                        .toList();
                return new Plan(lines, resets);
            } catch (IOException e) {
                throw new AssertionError(file.toString(), e);
            }
        }

        /**
         * The texts of a server, which each connection delivers after a different delay.
         *
         * @param lacks by connection: the places of the texts that it does not deliver
         */
        static Plan of(List<Brought> sent, long[] lagsMs, List<IntPredicate> lacks) {
            List<Brought> inTurn = sent.stream()
                    .sorted(Comparator.comparingLong(Brought::atNanos))
                    .toList();
            List<List<Brought>> lines = new ArrayList<>();
            for (int line = 0; line < lagsMs.length; line++) {
                long lagNanos = lagsMs[line] * MS;
                IntPredicate lacking = line < lacks.size() ? lacks.get(line) : place -> false;
                lines.add(IntStream.range(0, inTurn.size())
                        .filter(place -> !lacking.test(place))
                        .mapToObj(inTurn::get)
                        .map(each -> new Brought(each.atNanos() + lagNanos, each.text()))
                        .toList());
            }
            return new Plan(lines, List.of());
        }

        private long lagNanos(int line) {
            return lines.get(line).get(0).atNanos() - lines.get(0).get(0).atNanos();
        }

        /** The texts of the server, in its order. */
        List<String> sent() {
            return byTime(false);
        }

        /** The same in the order in which their first copies can arrive. */
        List<String> arriving() {
            return byTime(true);
        }

        private List<String> byTime(boolean ofArrival) {
            record Message(long sentNanos, String text) {}
            record First(long sentNanos, long atNanos, int line, String text) {}
            Map<Message, First> firsts = new LinkedHashMap<>(); // texts of one time keep the order of the connection
            for (int line = 0; line < lines.size(); line++) {
                long lagNanos = lagNanos(line);
                for (Brought each : lines.get(line)) {
                    long sentNanos = each.atNanos() - lagNanos;
                    firsts.putIfAbsent(
                            new Message(sentNanos, each.text()),
                            new First(sentNanos, each.atNanos(), line, each.text()));
                }
            }
            Comparator<First> order = ofArrival
                    ? Comparator.comparingLong(First::atNanos).thenComparingInt(First::line)
                    : Comparator.comparingLong(First::sentNanos);
            return firsts.values().stream().sorted(order).map(First::text).toList();
        }
    }

    /** The messages that the pool published. */
    private record Outcome(List<FeedMessage> messages, List<FeedEvent> events, FeedReport report) {
        List<String> texts() {
            return messages.stream().map(FeedMessage::asText).toList();
        }

        long late() {
            return messages.stream().filter(FeedMessage::late).count();
        }

        List<JsonObject> gaps() {
            return events.stream()
                    .filter(event -> event.type() == FeedEvent.Type.GAP)
                    .map(FeedEvent::toJson)
                    .toList();
        }

        /** No message is lost, and none is published twice. */
        void isWhole(List<String> order) {
            assertThat(counts(texts())).isEqualTo(counts(order));
        }

        private static Map<String, Long> counts(List<String> texts) {
            return texts.stream().collect(Collectors.groupingBy(text -> text, TreeMap::new, Collectors.counting()));
        }

        /** The places at which the published order differs from this order of the same messages. */
        List<String> displaced(List<String> order) {
            List<String> came = texts();
            return IntStream.range(0, Math.min(came.size(), order.size()))
                    .filter(i -> !came.get(i).equals(order.get(i)))
                    .mapToObj(i -> i + ": " + came.get(i))
                    .toList();
        }
    }

    /**
     * Plays the texts of each connection to the pool's connection of that number; a lost connection is opened again.
     */
    private static final class Stage implements Connector {
        private record Attempt(WsConnectionConfig config, Promise<Socket> promise) {}

        private final VirtualClock clock;
        private final RecordedSocket[] sockets;
        private final long[] dataFromNanos;
        private final long reopenMs;
        private final long firstDataMs;
        private boolean begun;
        /** Whether a further connection can be opened; it delivers what the first one does. */
        private boolean spares;

        private RecordedSocket spare;

        /**
         * For this number of connections.
         *
         * @param reopenMs how long it takes to open a connection that was lost
         * @param firstDataMs how long it delivers nothing after that
         */
        Stage(VirtualClock clock, int connections, long reopenMs, long firstDataMs) {
            this.clock = clock;
            this.sockets = new RecordedSocket[connections];
            this.dataFromNanos = new long[connections];
            this.reopenMs = reopenMs;
            this.firstDataMs = firstDataMs;
        }

        @Override
        public Future<Socket> connect(WsConnectionConfig config) {
            Attempt attempt = new Attempt(config, Promise.promise());
            clock.once(begun ? Math.max(1, reopenMs) : 1, () -> open(attempt));
            return attempt.promise().future();
        }

        private void open(Attempt attempt) {
            int line = IntStream.range(0, sockets.length)
                    .filter(each -> sockets[each] == null)
                    .findFirst()
                    .orElse(-1);
            RecordedSocket socket = new RecordedSocket(clock, attempt.config().connectionId());
            if (line < 0) {
                if (spares) {
                    spare = socket;
                    attempt.promise().complete(socket);
                }
                return;
            }
            dataFromNanos[line] = clock.nowNanos() + (begun ? firstDataMs * MS : 0);
            sockets[line] = socket;
            attempt.promise().complete(socket);
        }

        void bring(int line, String text) {
            if (line == 0 && spare != null) {
                spare.happen(entry(Kind.TEXT, text));
            }
            if (sockets[line] != null && clock.nowNanos() >= dataFromNanos[line]) {
                sockets[line].happen(entry(Kind.TEXT, text));
            }
        }

        void reset(int line) {
            RecordedSocket lost = sockets[line];
            sockets[line] = null;
            lost.happen(entry(Kind.CLOSED, ""));
        }

        private RecordedEntry entry(Kind kind, String text) {
            return new RecordedEntry(kind, 0, 0, clock.nowNanos(), Buffer.buffer(text));
        }

        boolean isWhole() {
            return Stream.of(sockets).allMatch(Objects::nonNull);
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    }

    private record Event(long atNanos, int line, Runnable happens) {}

    private static Outcome play(Plan plan, FeedConfig feed) {
        return play(plan, feed, 1, 0);
    }

    private static Outcome play(Plan plan, FeedConfig feed, long reopenMs, long firstDataMs) {
        return play(plan, feed, reopenMs, firstDataMs, false);
    }

    private static Outcome play(Plan plan, FeedConfig feed, long reopenMs, long firstDataMs, boolean spares) {
        CompletableFuture<Outcome> done = new CompletableFuture<>();
        ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
        context.exceptionHandler(done::completeExceptionally);
        context.runOnContext(v -> {
            VirtualClock clock = new VirtualClock(0);
            Stage stage = new Stage(clock, plan.lines().size(), reopenMs, firstDataMs);
            stage.spares = spares;
            WsPool pool = WsPool.create(new FeedEnvironment(context, clock, any -> stage, new ConnectBudget()), feed);
            List<FeedMessage> messages = new ArrayList<>();
            List<FeedEvent> events = new ArrayList<>();
            pool.handler(messages::add).eventHandler(events::add);
            pool.start();
            clock.advanceTo(BEGIN_NANOS);
            assertThat(stage.isWhole()).as("all are open").isTrue();
            stage.begun = true;
            List<Event> script = new ArrayList<>();
            for (int line = 0; line < plan.lines().size(); line++) {
                int place = line;
                plan.lines()
                        .get(line)
                        .forEach(each ->
                                script.add(new Event(each.atNanos(), place, () -> stage.bring(place, each.text()))));
            }
            plan.resets().forEach(each -> script.add(new Event(each.atNanos(), -1, () -> stage.reset(each.line()))));
            script.sort(Comparator.comparingLong(Event::atNanos).thenComparingInt(Event::line));
            for (Event event : script) {
                clock.advanceTo(BEGIN_NANOS + event.atNanos());
                event.happens().run();
            }
            clock.advanceTo(clock.nowNanos() + 5 * SECOND);
            done.complete(new Outcome(messages, events, pool.report().result()));
            pool.close();
        });
        return done.orTimeout(1, TimeUnit.MINUTES).join();
    }

    private static JsonObject feed(int connections) {
        return new JsonObject()
                .put("name", "f")
                .put("url", "wss://exchange.test/ws")
                .put("connections", connections);
    }

    private static FeedConfig plain(Plan plan) {
        return FeedConfig.fromJson(feed(plan.lines().size()));
    }

    /**
     * Connection 4 lacks every 20th number, but no message of the stream: others lack nothing, so comparing says nothing.
     */
    @ParameterizedTest
    @CsvSource({"20, 1", "1000000, 0"})
    void shouldEvictAConnectionThatLacksNumbersOfItsOwn(int each, int evictions) throws IOException {
        List<List<Brought>> lines = new ArrayList<>();
        for (int line = 0; line < 4; line++) {
            List<Brought> brought = new ArrayList<>();
            int own = 0;
            for (int i = 0; i < 2_500; i++) {
                own += line == 3 && i % each == each - 1 ? 2 : 1;
                brought.add(new Brought(
                        i * 10L * MS + line * 200L * US, "{\"ch\":\"a\",\"k\":%d,\"own\":%d}".formatted(i, own)));
            }
            lines.add(brought);
        }
        Plan plan = new Plan(lines, List.of());
        FeedConfig feed = profiled(
                plan,
                "{\"stream\":[\"/ch\"],\"ignore\":[\"/own\"],\"line\":{\"last\":[\"/own\"]},"
                        + "\"classes\":{\"a\":{\"match\":\"^a\",\"key\":[\"/k\"]}}}",
                new JsonObject().put("evictIntervalMs", 10_000));

        Outcome outcome = play(plan, feed, 1, 0, true);

        assertThat(outcome.messages().size()).isEqualTo(2_500);
        assertThat(outcome.events().stream()
                        .map(event -> event.toJson().encode())
                        .filter(text -> text.contains("messages missing") && text.contains("f-4")))
                .hasSize(evictions);
        assertThat(outcome.report().evictions()).isEqualTo(evictions);
    }

    /**
     * More items than the history holds, many of them equal, arrive on one connection after the other: an equal younger
     * item must not be taken for one that has left the history.
     */
    @ParameterizedTest
    @CsvSource({"40, 7", "1500, 3000"})
    void shouldPublishEachItemOfAFloodOnce(int apartMs, int different) throws IOException {
        int items = 9_999;
        int frames = 12;
        List<List<Brought>> lines = new ArrayList<>();
        for (int line = 0; line < 3; line++) {
            List<Brought> brought = new ArrayList<>();
            for (int frame = 0; frame < frames; frame++) {
                StringBuilder text = new StringBuilder("{\"ch\":\"a\",\"d\":[");
                for (int i = 0; i < items; i++) {
                    text.append(i == 0 ? "" : ",")
                            .append("{\"k\":")
                            .append((frame * items + i) % different)
                            .append('}');
                }
                brought.add(new Brought(
                        frame * 50L * MS + line * (long) apartMs * MS,
                        text.append("]}").toString()));
            }
            lines.add(brought);
        }
        Plan plan = new Plan(lines, List.of());
        FeedConfig feed =
                profiled(plan, "{\"stream\":[\"/ch\"],\"classes\":{\"a\":{\"match\":\"^a\",\"items\":\"/d\"}}}");

        Outcome outcome = play(plan, feed);

        assertThat(outcome.messages().size()).isEqualTo(items * frames);
        assertThat(outcome.events()).extracting(FeedEvent::type).contains(FeedEvent.Type.OUT_OF_STEP);
    }

    /** A feed with a separate profile. */
    private FeedConfig profiled(Plan plan, String messages) throws IOException {
        return profiled(plan, messages, new JsonObject());
    }

    private FeedConfig profiled(Plan plan, String messages, JsonObject more) throws IOException {
        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(folder.resolve("venues/own.json"), "{\"extends\":\"generic\",\"messages\":" + messages + "}");
        return FeedConfig.fromJson(feed(plan.lines().size()).put("venue", "own").mergeIn(more), folder);
    }

    private static void tell(String name, Plan plan, Outcome outcome) {
        System.out.printf(
                "[handed cases] %-32s %,6d of %,6d, late %d, out of order %d%n",
                name,
                outcome.messages().size(),
                plan.sent().size(),
                outcome.late(),
                outcome.displaced(plan.arriving()).size());
    }

    // the plans of every build

    private static final String TRADES = "\"s\":\"BTC\"";
    private static final String BOOK = "\"table\":\"book\"";

    private static String n(String stream, int number) {
        return "{" + stream + ",\"n\":" + number + "}";
    }

    private static List<Brought> numbered(String stream, int messages, long everyMs) {
        return IntStream.range(0, messages)
                .mapToObj(i -> new Brought(i * everyMs * MS, n(stream, i)))
                .toList();
    }

    private static List<Brought> together(List<Brought> some, Stream<Brought> others) {
        return Stream.concat(some.stream(), others)
                .sorted(Comparator.comparingLong(Brought::atNanos))
                .toList();
    }

    /** The place of the k-th copy of a text, from 0. */
    private static IntPredicate occurrence(List<Brought> sent, String text, int k) {
        int[] places = IntStream.range(0, sent.size())
                .filter(i -> sent.get(i).text().equals(text))
                .toArray();
        return place -> place == places[k];
    }

    /** A heartbeat between numbered messages; each connection lacks a different heartbeat. */
    private static Plan repeat(int lackedByFirst, int lackedBySecond) {
        String beat = "{\"event\":\"heartbeat\"}";
        List<Brought> sent = together(
                numbered(TRADES, 600, 20),
                IntStream.range(0, 15).mapToObj(k -> new Brought((405 + 800L * k) * MS, beat)));
        return Plan.of(
                sent,
                new long[] {0, 7},
                List.of(occurrence(sent, beat, lackedByFirst), occurrence(sent, beat, lackedBySecond)));
    }

    /** The same delete many times in one book; the faster connection lacks one. */
    private static Plan repeatOrder(int lacked) {
        String delete = "{" + BOOK + ",\"action\":\"delete\",\"id\":7}";
        List<Brought> sent = together(
                numbered(BOOK, 2_500, 4),
                IntStream.range(0, 100).mapToObj(k -> new Brought((49 + 100L * k) * MS, delete)));
        return Plan.of(sent, new long[] {0, 7}, List.of(occurrence(sent, delete, lacked)));
    }

    /** Deletes that repeat six seconds later; the fastest of three connections is reset during the first of them. */
    private static Plan rejoinOrder() {
        List<Brought> sent = together(
                numbered(BOOK, 3_000, 4),
                IntStream.range(0, 400)
                        .mapToObj(k -> new Brought(
                                ((k < 200 ? 3_002 : 9_002) + 5L * (k % 200)) * MS,
                                "{" + BOOK + ",\"action\":\"delete\",\"id\":" + k % 200 + "}")));
        return new Plan(Plan.of(sent, new long[] {0, 7, 40}, List.of()).lines(), List.of(new Reset(0, 3_050 * MS)));
    }

    /** The faster connection lacks one message. */
    private static Plan late(int lacked) {
        return Plan.of(numbered(TRADES, 24, 400), new long[] {0, 7}, List.of(place -> place == lacked));
    }

    /** The same with a burst after a pause. */
    private static Plan lateBurst(int lacked) {
        List<Brought> sent = IntStream.range(0, 430)
                .mapToObj(i -> new Brought(
                        i < 20
                                ? i * 50L * MS
                                : i < 420 ? 1_300 * MS + (i - 20) * MS / 2 : (2_100 + (i - 420) * 50L) * MS,
                        n(TRADES, i)))
                .toList();
        return Plan.of(sent, new long[] {0, 7}, List.of(place -> place == lacked));
    }

    private static final String BOOKS =
            """
            {"stream":["/channel"],"control":[{"at":"/event"}],
             "classes":{"book":{"match":"^book","key":["/type","/seq"],
               "sequence":{"link":"plus-one","last":["/seq"],"reset":[{"at":"/type","is":["snapshot"]}]}}}}""";

    private static String book(String type, int seq) {
        return "{\"channel\":\"book.BTC\",\"type\":\"" + type + "\",\"seq\":" + seq + "}";
    }

    /** The second connection begins with a snapshot, which arrives after younger messages of the first connection. */
    private static Plan reset(int ownSnapshot, long atMs) {
        List<Brought> first = new ArrayList<>();
        first.add(new Brought(0, book("snapshot", 100)));
        IntStream.range(101, 106).forEach(i -> first.add(new Brought((i - 100) * 100L * MS, book("change", i))));
        first.add(new Brought(8_000 * MS, book("change", 106)));
        List<Brought> second = new ArrayList<>();
        second.add(new Brought(atMs * MS, book("snapshot", ownSnapshot)));
        first.stream()
                .filter(each -> new JsonObject(each.text()).getInteger("seq") > ownSnapshot)
                .forEach(each ->
                        second.add(new Brought(Math.max(each.atNanos() + 7 * MS, (atMs + 6) * MS), each.text())));
        return new Plan(List.of(first, second), List.of());
    }

    // the expected messages

    private void inTheOrderOfArrival(String name, Plan plan) {
        Outcome outcome = play(plan, plain(plan));

        tell(name, plan, outcome);
        outcome.isWhole(plan.sent());
        assertThat(outcome.displaced(plan.arriving())).isEmpty();
        assertThat(outcome.late()).as("flagged late").isLessThanOrEqualTo(1);
    }

    private void inTheServersOrder(String name, Plan plan) {
        assertThat(plan.arriving()).as("the plan").isEqualTo(plan.sent());
        inTheOrderOfArrival(name, plan);
    }

    private void withoutAGap(String name, Plan plan) throws IOException {
        Outcome outcome = play(plan, profiled(plan, BOOKS));

        System.out.printf("[handed cases] %-22s gaps %s%n", name, outcome.gaps());
        assertThat(outcome.gaps()).isEmpty();
        assertThat(outcome.report().ledger()).singleElement().satisfies(stream -> {
            assertThat(stream.lostGaps()).isZero();
            assertThat(stream.lostNumbers()).isZero();
        });
        assertThat(outcome.texts())
                .containsSubsequence(plan.lines().get(0).stream()
                        .map(Brought::text)
                        .filter(text -> !text.contains("event"))
                        .toList());
    }

    private void wholeThroughAReconnect(String name, Plan plan, long reopenMs, long firstDataMs) {
        Outcome outcome = play(plan, plain(plan), reopenMs, firstDataMs);

        tell(name + " +" + reopenMs + " +" + firstDataMs, plan, outcome);
        outcome.isWhole(plan.sent());
        assertThat(outcome.displaced(plan.sent())).isEmpty();
        assertThat(outcome.late()).as("flagged late").isZero();
    }

    @ParameterizedTest
    @CsvSource({"2, 7", "7, 2", "0, 14", "14, 0", "6, 7"})
    void shouldLoseNoRepeatOfWhichEachConnectionLacksAnother(int lackedByFirst, int lackedBySecond) {
        inTheServersOrder("repeat", repeat(lackedByFirst, lackedBySecond));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 50, 99})
    void shouldDisplaceNoOtherRepeatThanTheOneThatTheFirstLacks(int lacked) {
        inTheOrderOfArrival("repeat_order " + lacked, repeatOrder(lacked));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50, 99})
    void shouldDisplaceNoOtherWhereTheStreamHasAName(int lacked) throws IOException {
        Plan plan = repeatOrder(lacked);

        Outcome outcome = play(plan, profiled(plan, "{\"stream\":[\"/table\"]}"));

        tell("repeat_order " + lacked + ", named", plan, outcome);
        outcome.isWhole(plan.sent());
        assertThat(outcome.displaced(plan.arriving()))
                .as("once 64 unique copies have shown that connections agree on the order")
                .allMatch(place -> placeOf(place) < 130);
        assertThat(outcome.late()).as("flagged late").isLessThanOrEqualTo(1);
    }

    private static int placeOf(String displaced) {
        return Integer.parseInt(displaced.substring(0, displaced.indexOf(':')));
    }

    /** Without stream names, connections must agree on the order of some messages first. */
    @Test
    void shouldDisplaceNoOtherOnceItKnowsTheOrder() {
        Plan plan = repeatOrder(0);

        Outcome outcome = play(plan, plain(plan));

        tell("repeat_order 0", plan, outcome);
        outcome.isWhole(plan.sent());
        assertThat(outcome.displaced(plan.arriving()))
                .as("after half a second")
                .allMatch(place -> placeOf(place) < 130);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "30, 0", "250, 0", "700, 0", "1, 800", "1500, 800", "5930, 0", "5950, 800"})
    void shouldKeepTheOrderOfRepeatsThroughAReconnect(long reopenMs, long firstDataMs) {
        wholeThroughAReconnect("rejoin_order", rejoinOrder(), reopenMs, firstDataMs);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 19, 22})
    void shouldFlagNothingAsLateThatIsInOrder(int lacked) {
        inTheServersOrder("late", late(lacked));
        inTheOrderOfArrival("late_burst", lateBurst(lacked));
    }

    @ParameterizedTest
    @CsvSource({"102, 301", "102, 520", "101, 520", "98, 301", "104, 401"})
    void shouldTakeNoOlderSnapshotForABeginning(int ownSnapshot, long atMs) throws IOException {
        withoutAGap("reset " + ownSnapshot + " at " + atMs, reset(ownSnapshot, atMs));
    }

    @Test
    void shouldPlayTheHandedRepeats() {
        inTheServersOrder("repeat.json.gz", Plan.read("repeat.json.gz"));
        inTheOrderOfArrival("repeat_order.json.gz", Plan.read("repeat_order.json.gz"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 250})
    void shouldPlayTheHandedReconnect(long reopenMs) {
        wholeThroughAReconnect("rejoin_order.json.gz", Plan.read("rejoin_order.json.gz"), reopenMs, 0);
    }

    @Test
    void shouldPlayTheHandedLateOnes() {
        inTheServersOrder("late.json", Plan.read("late.json"));
        inTheOrderOfArrival("late_burst.json.gz", Plan.read("late_burst.json.gz"));
    }

    @Test
    void shouldPlayTheHandedReset() throws IOException {
        withoutAGap("reset.json", Plan.read("reset.json"));
    }

    @Test
    void shouldPlayTheHandedControlTexts() throws IOException {
        Plan plan = Plan.read("jsontext.json");

        JsonObject messages = new JsonObject()
                .put("stream", JsonArray.of("/ch"))
                .put("control", JsonArray.of("pong", "{}", "[1010]", "{\"event\":\"heartbeat\"}"));

        Outcome outcome = play(plan, profiled(plan, messages.encode()));

        assertThat(outcome.texts()).containsExactly("{\"ch\":\"a\",\"n\":1}", "{\"ch\":\"a\",\"n\":2}");
        assertThat(outcome.report().control()).isEqualTo(8);
    }

    @Test
    void shouldPlayTheHandedCandles() {
        Plan plan = Plan.read("candles.json");
        Path conf = Path.of(System.getProperty("project.dir", ".")).resolve("conf");

        Outcome outcome = play(
                plan,
                FeedConfig.fromJson(
                        feed(2).put("venue", "coinbase-advanced").put("streams", JsonArray.of("candles BTC-USD")),
                        conf));

        assertThat(outcome.texts())
                .isEqualTo(plan.lines().get(0).stream().map(Brought::text).toList());
    }
}
