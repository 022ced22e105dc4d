package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.GapFate;
import io.firstline.config.venue.Acks;
import io.firstline.config.venue.FieldMatcher;
import io.firstline.config.venue.Formats;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.MessageSigns;
import io.firstline.config.venue.NameRule;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamClass.Link;
import io.firstline.config.venue.StreamClass.Mode;
import io.firstline.config.venue.StreamClass.Sequence;
import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.connection.report.DropCause;
import io.firstline.feed.message.Sequencer;
import io.firstline.feed.report.ArrivalReport;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.GapReport;
import io.firstline.stream.FeedMessage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbered messages are published in the order that their class requires; gaps are in the ledger. */
@Execution(ExecutionMode.CONCURRENT)
class SequencerTest extends FeedTestBase {
    private static final int HOLD_MS = 300;

    private HandServer server;
    /** The server's sockets of f-1 and f-2. */
    private final List<Integer> sockets = new ArrayList<>();

    private static MessageFormat format(Mode mode, int holdMs, int holdMessages) {
        Sequence sequence = new Sequence(
                Link.PLUS_ONE,
                List.of("/n"),
                List.of("/f"),
                List.of(),
                List.of(new FieldMatcher("/r", List.of("true"))));
        return Formats.with(Map.of(
                "naming",
                new StreamNaming(List.of(new NameRule(List.of(), List.of("/s"))), " ", Map.of("y", "x"), Map.of()),
                "control",
                new MessageSigns(
                        List.of(FieldMatcher.anyAt("/op"), new FieldMatcher("/type", List.of("\"beat\"", "7"))),
                        List.of("pong", "{}", "[1010]", "{\"event\":\"heartbeat\"}")),
                "acks",
                Acks.withId("/id"),
                "classes",
                List.of(new StreamClass(
                        "numbered", "^x", List.of("/n"), List.of(), null, sequence, mode, holdMs, holdMessages))));
    }

    private WsPool pool(Mode mode, int holdMs, int holdMessages) {
        server = HandServer.start(vertx);
        WsPool pool = started(watch(WsPool.create(
                vertx, "f", poolOf(2, server.url()), SubscribeTemplates.NONE, format(mode, holdMs, holdMessages))));
        eventually(() -> server.sockets.size() == 2 && pool.state() == FeedState.CONNECTED);
        sockets.add(server.socketOf(pool, "f-1"));
        sockets.add(server.socketOf(pool, "f-2"));
        return pool;
    }

    private static String n(int number) {
        return "{\"s\":\"x\",\"n\":" + number + "}";
    }

    private List<Integer> numbers() {
        return messages.stream()
                .map(message -> new JsonObject(message.asText()).getInteger("n"))
                .toList();
    }

    /** Sends numbers on one connection and waits until the pool has received them. */
    private void send(WsPool pool, int connection, int... numbers) {
        long before = report(pool).copies();
        for (int number : numbers) {
            server.send(n(number), sockets.get(connection));
        }
        eventually(() -> report(pool).copies() == before + numbers.length);
    }

    /** Sends number 1, which restarts the numbering, and waits until the pool has received it. */
    private void restart(WsPool pool, int connection) {
        long before = report(pool).copies();
        server.send("{\"s\":\"x\",\"n\":1,\"r\":true}", sockets.get(connection));
        eventually(() -> report(pool).copies() == before + 1);
    }

    private long dropped(WsPool pool) {
        return report(pool).dropped().getOrDefault(DropCause.SUPERSEDED.label(), 0L);
    }

    @Test
    void shouldPassOnWhatIsLateMarked() {
        WsPool pool = pool(Mode.FIRST, HOLD_MS, 10);

        send(pool, 0, 1, 2, 4);
        send(pool, 1, 1, 3);

        assertThat(numbers()).containsExactly(1, 2, 4, 3);
        assertThat(messages)
                .filteredOn(message -> message.late())
                .singleElement()
                .isEqualTo(List.copyOf(messages).get(3));
        assertThat(report(pool).late()).isEqualTo(1);
    }

    @Test
    void shouldDropWhatIsOlderWhereOnlyTheStateCounts() {
        WsPool pool = pool(Mode.LATEST, HOLD_MS, 10);

        send(pool, 0, 1, 2, 4);
        send(pool, 1, 1, 3, 5);

        assertThat(numbers()).containsExactly(1, 2, 4, 5);
        assertThat(dropped(pool)).isEqualTo(1);
        assertThat(report(pool).late()).isZero();
        assertThat(awaitTold(FeedEvent.Type.DROPPED).toJson().getString("cause"))
                .isEqualTo("superseded");
    }

    @Test
    void shouldHoldBackWhatCameTooEarly() {
        WsPool pool = pool(Mode.ORDERED, 60_000, 10);

        send(pool, 0, 1, 3, 5, 4);
        assertThat(numbers()).containsExactly(1);
        send(pool, 1, 2);

        assertThat(numbers()).containsExactly(1, 2, 3, 4, 5);
        assertThat(told(FeedEvent.Type.GAP)).isEmpty();
        assertThat(report(pool).late()).isZero();
    }

    @Test
    void shouldGoOnWithoutWhatDoesNotCome() {
        WsPool pool = pool(Mode.ORDERED, HOLD_MS, 10);

        send(pool, 0, 1, 3);
        eventually(() -> numbers().equals(List.of(1, 3)));
        send(pool, 0, 6, 7);
        eventually(() -> numbers().equals(List.of(1, 3, 6, 7)));
        send(pool, 1, 2, 8);

        assertThat(numbers()).as("order is kept, so 2 comes too late").containsExactly(1, 3, 6, 7, 8);
        assertThat(dropped(pool)).isEqualTo(1);
        assertThat(told(FeedEvent.Type.GAP)).hasSize(2);
    }

    @Test
    void shouldHoldBackOnlySoMany() {
        WsPool pool = pool(Mode.ORDERED, 60_000, 2);

        send(pool, 0, 1, 3, 4);
        assertThat(numbers()).containsExactly(1);
        send(pool, 0, 6);

        assertThat(numbers()).as("6 waits for 5").containsExactly(1, 3, 4);
    }

    @Test
    void shouldHoldBackOnlySoManyBytes() {
        WsPool pool = pool(Mode.ORDERED, 60_000, 100_000);
        send(pool, 0, 1);
        String megabyte = "x".repeat(1 << 20);
        int most = (int) (Sequencer.MAX_HELD_BYTES >> 20) - 1; // each is a little longer than a megabyte

        for (int number = 3; number < 3 + most; number++) {
            server.send("{\"s\":\"x\",\"n\":" + number + ",\"pad\":\"" + megabyte + "\"}", 0);
        }
        eventually(() -> report(pool).copies() == 1 + most);
        assertThat(numbers()).containsExactly(1);
        server.send("{\"s\":\"x\",\"n\":" + (4 + most) + ",\"pad\":\"" + megabyte + "\"}", 0);

        eventually(() -> messages.size() == 1 + most);
        assertThat(report(pool).published())
                .as("the last one waits for its turn")
                .isEqualTo(1 + most);
    }

    @Test
    void shouldPassOnWhatWaitsWhenNothingWillComeAnyMore() {
        WsPool pool = pool(Mode.ORDERED, 60_000, 10);
        send(pool, 0, 1, 4, 3);

        join(pool.close());

        assertThat(numbers()).containsExactly(1, 3, 4);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldBeginAnewWhereTheVenueDoes(Mode mode) {
        WsPool pool = pool(mode, 60_000, 10);
        send(pool, 0, 1_000, 1_001);

        restart(pool, 0);
        restart(pool, 1);
        send(pool, 0, 2);
        send(pool, 1, 2, 3);

        eventually(() -> numbers().equals(List.of(1_000, 1_001, 1, 2, 3)));
        assertThat(told(FeedEvent.Type.GAP)).isEmpty();
        assertThat(messages).noneMatch(message -> message.late());
    }

    /** The connection that shows the restart first has had no younger number, so it may have an old snapshot. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldBeginAnewOnceAnotherConnectionProvesIt(Mode mode) {
        WsPool pool = pool(mode, 60_000, 10);
        send(pool, 0, 1_000, 1_001);

        restart(pool, 1);
        restart(pool, 0);
        send(pool, 0, 2);
        send(pool, 1, 2, 3, 5);

        List<Integer> published = new ArrayList<>(List.of(1_000, 1_001, 1, 2, 3));
        if (mode != Mode.ORDERED) {
            published.add(5); // the others hold it back, because 4 may come
        }
        assertThat(numbers()).isEqualTo(published);
        assertThat(messages.stream().filter(message -> message.late()).map(FeedMessage::asText))
                .isEqualTo(mode == Mode.FIRST ? List.of("{\"s\":\"x\",\"n\":1,\"r\":true}") : List.of());
        send(pool, 0, 4);
        assertThat(numbers()).hasSize(mode == Mode.LATEST ? 6 : 7);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldTakeNoOldSnapshotOfAnotherConnectionForABeginning(Mode mode) {
        WsPool pool = pool(mode, 60_000, 10);
        send(pool, 0, 100, 101, 102, 103);
        server.send("{\"s\":\"x\",\"n\":98,\"r\":true}", sockets.get(1)); // on this connection only
        eventually(() -> report(pool).copies() == 5);
        send(pool, 1, 99, 100, 101, 102, 103, 104);
        send(pool, 0, 104, 105);

        assertThat(numbers())
                .isEqualTo(
                        mode == Mode.FIRST
                                ? List.of(100, 101, 102, 103, 98, 99, 104, 105)
                                : List.of(100, 101, 102, 103, 104, 105));
        assertThat(messages.stream().filter(message -> message.late()).count()).isEqualTo(mode == Mode.FIRST ? 2 : 0);
        assertThat(told(FeedEvent.Type.GAP)).isEmpty();
        assertThat(report(pool).ledger().get(0).lostGaps()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldBeginAnewOnceThoughEachConnectionHasASnapshotOfItsOwn(Mode mode) {
        WsPool pool = pool(mode, 60_000, 10);
        send(pool, 0, 1_000, 1_001);
        send(pool, 1, 1_000, 1_001);
        server.send("{\"s\":\"x\",\"n\":2,\"r\":true}", sockets.get(0));
        eventually(() -> report(pool).copies() == 5);
        send(pool, 0, 3, 4, 5);
        server.send("{\"s\":\"x\",\"n\":1,\"r\":true}", sockets.get(1)); // on this connection only
        eventually(() -> report(pool).copies() == 9);
        send(pool, 1, 2, 3, 4, 5);
        send(pool, 0, 6);

        assertThat(numbers())
                .isEqualTo(
                        mode == Mode.FIRST
                                ? List.of(1_000, 1_001, 2, 3, 4, 5, 1, 6)
                                : List.of(1_000, 1_001, 2, 3, 4, 5, 6));
        assertThat(told(FeedEvent.Type.GAP)).isEmpty();
    }

    @Test
    void shouldOrderTheMessagesOfASingleConnectionToo() {
        server = HandServer.start(vertx);
        WsSingle single = started(watch(WsSingle.create(
                vertx, "f", connection(server.url()), SubscribeTemplates.NONE, format(Mode.ORDERED, 60_000, 10))));
        eventually(() -> server.sockets.size() == 1);

        for (int number : new int[] {1, 3, 2}) {
            server.send(n(number), 0);
        }

        eventually(() -> numbers().equals(List.of(1, 2, 3)));
        assertThat(join(single.arrivals())).isEmpty();
    }

    @Test
    void shouldPublishOneKeyOnceThoughItsBytesDiffer() {
        WsPool pool = pool(Mode.FIRST, HOLD_MS, 10);
        for (int i = 1; i <= 2; i++) {
            server.send("{\"s\":\"x\",\"n\":" + i + ",\"t\":1}", sockets.get(0));
            int copies = 2 * i - 1;
            eventually(() -> report(pool).copies() == copies);
            server.send("{\"s\":\"x\",\"n\":" + i + ",\"t\":2}", sockets.get(1));
            eventually(() -> report(pool).copies() == copies + 1);
        }

        assertThat(numbers()).containsExactly(1, 2);
        assertThat(report(pool).ledger().get(0).conflicts()).isEqualTo(2);
        assertThat(told(FeedEvent.Type.CONFLICT))
                .as("told once")
                .singleElement()
                .extracting(FeedEvent::fact)
                .isEqualTo(new FeedFact.Conflict("f-2", "x"));
    }

    @Test
    void shouldTellWhichConnectionsLackedAGapAndWhoHealedIt() {
        WsPool pool = pool(Mode.FIRST, HOLD_MS, 10);
        send(pool, 0, 1, 4);
        send(pool, 1, 1, 2, 3, 4, 7);
        send(pool, 0, 7);

        eventually(() -> join(pool.gaps()).stream().anyMatch(gap -> gap.fate() == GapFate.LOST)); // after five seconds

        List<GapReport> gaps = join(pool.gaps());
        assertThat(gaps).hasSize(2);
        GapReport healed = gaps.get(0);
        assertThat(healed.stream()).isEqualTo("x");
        assertThat(healed.from()).isEqualTo(2);
        assertThat(healed.to()).isEqualTo(3);
        assertThat(healed.fate()).isEqualTo(GapFate.HEALED);
        assertThat(healed.healedBy()).isEqualTo("f-2");
        assertThat(healed.lackedBy()).containsExactly("f-1");
        GapReport lost = gaps.get(1);
        assertThat(lost.from()).isEqualTo(5);
        assertThat(lost.to()).isEqualTo(6);
        assertThat(lost.healedBy()).isNull();
        assertThat(lost.lackedBy()).containsExactly("f-2", "f-1");
        assertThat(lost.closedMicros() - lost.openedMicros()).isBetween(4_000_000L, 9_000_000L);
        List<FeedEvent> told = told(FeedEvent.Type.GAP);
        assertThat(told)
                .extracting(e -> e.toJson().getString("state"))
                .containsExactly("open", "healed", "open", "lost");
        assertThat(told.get(3).toJson().getJsonArray("lackedBy"))
                .isEqualTo(new JsonArray().add("f-2").add("f-1"));
    }

    @Test
    void shouldTellAGapThatIsStillOpen() {
        WsPool pool = pool(Mode.FIRST, HOLD_MS, 10);
        send(pool, 0, 1, 4);

        assertThat(join(pool.gaps()))
                .singleElement()
                .matches(gap -> gap.fate() == GapFate.OPEN
                        && gap.closedMicros() == 0
                        && gap.lackedBy().equals(List.of("f-1")));
    }

    @Test
    void shouldKeepAMatrixOfArrivals() {
        WsPool pool = pool(Mode.FIRST, HOLD_MS, 10);
        send(pool, 0, 1, 2, 3);
        send(pool, 1, 1, 2, 3, 4);
        send(pool, 0, 5);

        // after two seconds
        eventually(() -> cell(pool, "f-1").losses() == 1 && cell(pool, "f-2").losses() == 1);

        ArrivalReport first = cell(pool, "f-1");
        assertThat(first.stream()).isEqualTo("x");
        assertThat(first.copies()).isEqualTo(4);
        assertThat(first.wins()).isEqualTo(4);
        assertThat(first.saves()).isEqualTo(1);
        assertThat(first.lagP99Micros()).isZero();
        ArrivalReport second = cell(pool, "f-2");
        assertThat(second.copies()).isEqualTo(4);
        assertThat(second.wins()).isEqualTo(1);
        assertThat(second.losses()).isEqualTo(1);
        assertThat(second.saves()).isEqualTo(1);
        assertThat(second.lagP99Micros()).isPositive();
        assertThat(second.lags().stream().mapToLong(Long::longValue).sum()).isEqualTo(4);
    }

    private static ArrivalReport cell(WsPool pool, String connection) {
        return join(pool.arrivals()).stream()
                .filter(cell -> cell.connection().equals(connection))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldKeepControlMessagesOutOfTheStream() {
        WsPool pool = pool(Mode.FIRST, HOLD_MS, 10);
        for (String control : List.of(
                "pong",
                "{}",
                "[1010]",
                "{\"event\":\"heartbeat\"}",
                "{\"op\":\"ping\"}",
                "{\"s\":\"x\",\"type\":\"beat\"}",
                "{\"type\":7}",
                "{\"op\":false}")) {
            server.send(control, 0, 1);
        }
        for (String data : List.of("{\"s\":\"x\",\"type\":\"7\"}", "{\"type\":null}", "{\"op\":{}}", "ping")) {
            server.send(data, 0, 1);
        }

        eventually(() -> report(pool).copies() == 24);
        assertThat(texts()).containsExactly("{\"s\":\"x\",\"type\":\"7\"}", "{\"type\":null}", "{\"op\":{}}", "ping");
        assertThat(report(pool).control()).isEqualTo(16);
        assertThat(report(pool).malformed()).as("\"ping\" is no JSON").isEqualTo(2);
    }

    @Test
    void shouldTakeTwoNamesForOneStream() {
        WsPool pool = pool(Mode.FIRST, HOLD_MS, 10);
        send(pool, 0, 1);
        server.send("{\"s\":\"y\",\"n\":3,\"f\":2}", sockets.get(0));
        eventually(() -> messages.size() == 2);

        assertThat(report(pool).ledger()).singleElement().matches(stream -> stream.published() == 2);
        assertThat(told(FeedEvent.Type.GAP)).isEmpty();
    }
}
