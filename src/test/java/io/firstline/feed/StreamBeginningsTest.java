package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Arrival;
import io.firstline.arbitration.Line;
import io.firstline.config.venue.FieldMatcher;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamTable;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A subscription at run time takes effect on one connection earlier than on another: the stream begins with the first message of
 * any, and keeps the server's order.
 */
@Execution(ExecutionMode.CONCURRENT)
class StreamBeginningsTest extends FeedTestBase {
    private static final StreamClass KEYED = new StreamClass("keyed", "^", List.of("/n"), StreamClass.Sequence.NONE);
    private static final FieldMatcher SNAPSHOT = new FieldMatcher("/type", List.of("\"snapshot\""), List.of());

    private HandServer server;
    private WsPool pool;
    /** The server's sockets of f-1, f-2 and so on. */
    private final List<Integer> sockets = new ArrayList<>();

    /** A pool, in step, that subscribes the stream x; no number proves an order. */
    private void subscribe() {
        subscribe(KEYED);
    }

    private void subscribe(StreamClass type) {
        subscribe(type, 2);
    }

    private void subscribe(StreamClass type, int connections) {
        open(type, connections);
        join(pool.subscribe(List.of("x")));
        eventually(() -> server.received.stream()
                        .filter(text -> text.contains(":subscribe "))
                        .count()
                == server.sockets.size());
    }

    private void open(StreamClass type, int connections) {
        server = HandServer.start(vertx);
        pool = started(watch(WsPool.create(
                vertx,
                "f",
                poolOf(connections, server.url()),
                new SubscribeTemplates(List.of(), "subscribe ${streams}", "unsubscribe ${streams}"),
                formatOf(type))));
        eventually(() -> server.sockets.size() == connections && pool.state() == FeedState.CONNECTED);
        for (int number = 1; number <= connections; number++) {
            sockets.add(server.socketOf(pool, "f-" + number));
        }
        server.send("{\"s\":\"y\",\"n\":1}", sockets.toArray(Integer[]::new));
        eventually(() -> report(pool).copies() == connections);
    }

    /** Sends numbers on one connection and waits until the pool has received them. */
    private void send(int connection, int... numbers) {
        long before = report(pool).copies();
        for (int number : numbers) {
            server.send("{\"s\":\"x\",\"n\":" + number + "}", sockets.get(connection));
        }
        eventually(() -> report(pool).copies() == before + numbers.length);
    }

    /** Sends a snapshot: it has what the messages up to this number say. */
    private void sendSnapshot(int connection, int number) {
        long before = report(pool).copies();
        server.send("{\"s\":\"x\",\"n\":" + number + ",\"type\":\"snapshot\"}", sockets.get(connection));
        eventually(() -> report(pool).copies() == before + 1);
    }

    private List<Integer> numbers() {
        return messages.stream()
                .filter(message -> message.stream().equals("x"))
                .map(message -> new JsonObject(message.asText()).getInteger("n"))
                .toList();
    }

    private long unmatched() {
        return report(pool).connections().stream()
                .mapToLong(connection -> connection.line().unmatched())
                .sum();
    }

    @Test
    void shouldBeginWithTheFirstMessageThoughASlowerConnectionHasOlderOnes() {
        subscribe();

        send(1, 17);
        send(0, 15, 16, 17, 18);
        send(1, 18, 19);

        assertThat(numbers()).containsExactly(17, 18, 19);
        assertThat(unmatched()).isEqualTo(2);
        assertThat(report(pool).late()).isZero();
    }

    @Test
    void shouldWaitForTheFirstConnectionWhereAFasterOneBeginsLater() {
        subscribe();

        send(1, 15);
        send(0, 18, 19);
        assertThat(numbers()).containsExactly(15);
        send(1, 16, 17, 18);
        send(0, 20);

        assertThat(numbers()).containsExactly(15, 16, 17, 18, 19, 20);
        assertThat(unmatched()).isZero();
    }

    @Test
    void shouldPublishWhatTheFirstConnectionLacks() {
        subscribe();

        send(1, 15);
        send(0, 16, 17);
        send(1, 17, 18);

        assertThat(numbers()).containsExactly(15, 16, 17, 18);
        assertThat(unmatched()).isZero();
    }

    /** Each connection gets another snapshot. */
    private static StreamClass withSnapshots(StreamClass.Sequence sequence) {
        return withSnapshots(sequence, List.of(SNAPSHOT));
    }

    private static StreamClass withSnapshots(StreamClass.Sequence sequence, List<FieldMatcher> signs) {
        return new StreamClass(
                "book",
                Pattern.compile("^"),
                List.of("/type", "/n"),
                List.of(),
                null,
                sequence,
                signs,
                StreamClass.Mode.FIRST,
                StreamClass.DEFAULT_HOLD_MS,
                StreamClass.DEFAULT_HOLD_MESSAGES);
    }

    /** @param named whether the profile says what a snapshot looks like */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotGoBackToTheSnapshotOfASlowerConnection(boolean named) {
        subscribe(withSnapshots(StreamClass.Sequence.NONE, named ? List.of(SNAPSHOT) : List.of()));

        sendSnapshot(1, 10);
        send(1, 11, 12);
        sendSnapshot(0, 12);
        send(1, 13);
        send(0, 13, 14);

        assertThat(numbers()).containsExactly(10, 11, 12, 13, 14);
        assertThat(unmatched()).isEqualTo(1);
    }

    @Test
    void shouldNotTakeAnOlderMessageOfTheSameBytesForTheBeginning() {
        subscribe(new StreamClass("bytes", "^", List.of(), StreamClass.Sequence.NONE));

        send(1, 7, 8, 9);
        send(0, 7, 6, 7, 8, 9, 10);

        assertThat(numbers()).containsExactly(7, 8, 9, 10);
        assertThat(unmatched()).isEqualTo(2);
    }

    @Test
    void shouldNotTakeALaterMessageOfTheSameBytesForAnOlderOne() {
        subscribe(new StreamClass("bytes", "^", List.of(), StreamClass.Sequence.NONE));

        send(1, 7);
        send(0, 5, 6);
        send(1, 6);
        send(0, 7, 6, 8);

        assertThat(numbers()).containsExactly(7, 6, 8);
        assertThat(unmatched()).isEqualTo(2);
    }

    @Test
    void shouldNotCountAnewForTheSnapshotOfASlowerConnection() {
        subscribe(withSnapshots(new StreamClass.Sequence(
                StreamClass.Link.PLUS_ONE, List.of("/n"), List.of(), List.of(), List.of(SNAPSHOT))));

        sendSnapshot(1, 10);
        send(1, 11, 12);
        sendSnapshot(0, 13);
        send(1, 13, 14);
        send(0, 14, 15);

        assertThat(numbers()).containsExactly(10, 11, 12, 13, 14, 15);
    }

    @Test
    void shouldPublishTheSnapshotOfAFasterConnectionInItsPlace() {
        subscribe(withSnapshots(StreamClass.Sequence.NONE));

        sendSnapshot(1, 10);
        sendSnapshot(0, 12);
        send(0, 13);
        send(1, 11, 12, 13);

        assertThat(numbers()).containsExactly(10, 11, 12, 12, 13);
        assertThat(unmatched()).isZero();
    }

    @Test
    void shouldNotWaitForAConnectionThatEnds() {
        subscribe();

        send(1, 15);
        send(0, 18, 19);
        join(server.close(sockets.get(1)));

        eventually(() -> numbers().equals(List.of(15, 18, 19)));
    }

    @Test
    void shouldPublishWhatIsHeldWhenTheFeedCloses() {
        subscribe();

        send(1, 15);
        send(0, 18, 19);
        join(pool.close());

        assertThat(numbers()).containsExactly(15, 18, 19);
    }

    @Test
    void shouldNotWaitForLong() {
        subscribe();

        send(1, 15);
        send(0, 18);

        eventually(() -> numbers().equals(List.of(15, 18)));
        send(0, 19);
        assertThat(numbers()).containsExactly(15, 18, 19);
    }

    /** Its requests were sent first, while those of the others waited for a limit. */
    @Test
    void shouldBeginWithTheFirstMessageOfAConnectionInStep() {
        open(KEYED, 2);
        join(server.close(sockets.get(1)));
        eventually(() -> server.sockets.size() == 3 && pool.state() == FeedState.CONNECTED);
        sockets.set(1, 2);
        join(pool.subscribe(List.of("x")));

        send(1, 15, 16);
        assertThat(numbers()).isEmpty();
        send(0, 17);
        send(1, 17, 18);
        send(0, 18);
        for (int number = 19; told(FeedEvent.Type.IN_STEP).isEmpty(); number++) {
            send(0, number);
            send(1, number);
        }

        assertThat(numbers().subList(0, 2)).containsExactly(17, 18);
        assertThat(numbers()).isSorted();
        assertThat(unmatched()).isEqualTo(2);
    }

    /** What ended connections held is known to the others. */
    @Test
    void shouldMatchWhatAConnectionHeldThatEnds() {
        subscribe(KEYED, 3);

        send(1, 15);
        send(0, 18, 19);
        send(2, 17, 18, 19, 20);
        join(server.close(sockets.get(0)));

        eventually(() -> numbers().equals(List.of(15, 17, 18, 19, 20)));
        assertThat(report(pool).late()).isZero();
    }

    /** Streams that one line has begun, while the other holds copies: an eighth of the bound each, and a little less. */
    private static final class Holding implements StreamBeginnings.Output {
        private static final int LENGTH = StreamBeginnings.MAX_ALL_HELD_BYTES / 8 - 1_000;

        private final Arbiter<OutgoingCopy> arbiter = new Arbiter<>(new ArbiterSettings(1_024, 1, 0, 1), null);
        private final Line first = arbiter.join(0, 0);
        private final Line second = arbiter.join(0, 0);
        private final StreamBeginnings beginnings = new StreamBeginnings(() -> true, this);
        private final MessageReader reader = new MessageReader(formatOf(KEYED), new StreamTable(List.of()));
        private final ArrivingCopy copy = reader.newCopy((frame, items, item) -> frame);
        private Runnable released = () -> {};
        private int passed;

        void begin(String stream) {
            beginnings.expect(List.of(stream), 0);
            read(reader, copy, "{\"s\":\"" + stream + "\",\"n\":1}");
            beginnings.arrived(first, copy);
        }

        void hold(String stream, int number, int length) {
            String more = "-".repeat(length);
            read(reader, copy, "{\"s\":\"" + stream + "\",\"n\":" + number + ",\"more\":\"" + more + "\"}");
            beginnings.arrived(second, copy);
        }

        @Override
        public void pass(Line line, Arrival<OutgoingCopy> arrival) {
            if (line == second) {
                passed++;
                released.run();
            }
        }

        @Override
        public void unmatched(Line line) {}
    }

    @Test
    void shouldHoldABoundedAmountOfAllStreams() {
        Holding holding = new Holding();

        for (int stream = 1; stream <= 9; stream++) {
            holding.begin("x" + stream);
            assertThat(holding.passed).isZero();
            holding.hold("x" + stream, 2, Holding.LENGTH);
        }

        assertThat(holding.passed).isEqualTo(9);
    }

    /** A consumer may close the feed, and start it again, when it gets a copy that was held. */
    @Test
    void shouldHoldNoMoreAfterAStartInTheMiddleOfARelease() {
        Holding holding = new Holding();
        holding.begin("x");
        holding.hold("x", 2, Holding.LENGTH / 4);
        holding.hold("x", 3, Holding.LENGTH / 4);
        holding.released = () -> {
            holding.released = () -> {};
            holding.beginnings.clear();
        };
        holding.begin("x");
        assertThat(holding.passed).isEqualTo(2);

        for (int stream = 1; stream <= 9; stream++) {
            holding.begin("x" + stream);
            assertThat(holding.passed).isEqualTo(2);
            holding.hold("x" + stream, 2, stream < 9 ? Holding.LENGTH : 20_000);
        }

        assertThat(holding.passed).isEqualTo(2 + 9);
    }

    private static void read(MessageReader reader, ArrivingCopy copy, String text) {
        reader.read(copy.of("c", new Payload().over(Buffer.buffer(text), true), 0), null);
    }

    /** A stream that is subscribed again begins anew. */
    @Test
    void shouldBeginAgain() {
        subscribe();
        send(0, 15);
        send(1, 15);
        join(pool.unsubscribe(List.of("x")));
        join(pool.subscribe(List.of("x")));

        send(1, 27);
        send(0, 25, 26, 27);

        assertThat(numbers()).containsExactly(15, 27);
    }
}
