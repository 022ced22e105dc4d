package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A subscription at run time takes effect on one connection earlier than on another: the stream begins with the first message of
 * any, and keeps the server's order.
 */
@Execution(ExecutionMode.CONCURRENT)
class StreamBeginningsTest extends FeedTestBase {
    private HandServer server;
    private WsPool pool;
    /** The server's sockets of f-1 and f-2. */
    private final List<Integer> sockets = new ArrayList<>();

    /** A pool of two, in step, that subscribes the stream x; no number proves an order. */
    private void subscribe() {
        open();
        join(pool.subscribe(List.of("x")));
        eventually(() -> server.received.stream()
                        .filter(text -> text.contains(":subscribe "))
                        .count()
                == server.sockets.size());
    }

    private void open() {
        server = HandServer.start(vertx);
        pool = started(watch(WsPool.create(
                vertx,
                "f",
                poolOf(2, server.url()),
                new SubscribeTemplates(List.of(), "subscribe ${streams}", "unsubscribe ${streams}"),
                formatOf(new StreamClass("keyed", "^", List.of("/n"), StreamClass.Sequence.NONE)))));
        eventually(() -> server.sockets.size() == 2 && pool.state() == FeedState.CONNECTED);
        sockets.add(server.socketOf(pool, "f-1"));
        sockets.add(server.socketOf(pool, "f-2"));
        server.send("{\"s\":\"y\",\"n\":1}", sockets.get(0), sockets.get(1));
        eventually(() -> report(pool).copies() == 2);
    }

    /** Sends numbers on one connection and waits until the pool has received them. */
    private void send(int connection, int... numbers) {
        long before = report(pool).copies();
        for (int number : numbers) {
            server.send("{\"s\":\"x\",\"n\":" + number + "}", sockets.get(connection));
        }
        eventually(() -> report(pool).copies() == before + numbers.length);
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
        open();
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
