package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Servers that group events differently on each connection. */
@Execution(ExecutionMode.CONCURRENT)
class ItemsTest extends FeedTestBase {
    private static final int CONNECTIONS = 3;
    private static final int EVENTS = 240;

    @TempDir
    private Path folder;

    private HandServer server;

    private WsPool pool(String messages) {
        server = HandServer.start(vertx);
        WsPool pool = started(
                venuePool(folder, "{\"messages\":" + messages.replace('\'', '"') + "}", CONNECTIONS, server.url()));
        eventually(() -> server.sockets.size() == CONNECTIONS && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    private static String event(int number) {
        return "{\"ev\":\"T\",\"sym\":\"" + (number % 3 == 0 ? "B" : "A") + "\",\"i\":" + number + "}";
    }

    /** One a frame on the first connection, two on the second, three on the third. */
    @Test
    void shouldPublishEveryElementOfArraysOnceInOrder() {
        WsPool pool = pool("{'stream':['/0/ev','/0/sym'],'classes':{'all':{'match':'^T ','items':'','key':['/0/i'],"
                + "'sequence':{'link':'increasing','last':['/0/i']}}}}");
        for (int from = 0; from < EVENTS; from += 6) {
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                int size = connection + 1;
                for (int at = from; at < from + 6; at += size) {
                    server.send(
                            IntStream.range(at, at + size)
                                    .mapToObj(ItemsTest::event)
                                    .collect(Collectors.joining(connection == 2 ? " , " : ",", "[", "]")),
                            connection);
                }
            }
        }
        eventually(() -> report(pool).copies() == (long) CONNECTIONS * EVENTS);

        for (String symbol : List.of("A", "B")) {
            assertThat(texts().stream().filter(text -> text.contains(symbol)))
                    .containsExactlyElementsOf(IntStream.range(0, EVENTS)
                            .mapToObj(ItemsTest::event)
                            .filter(event -> event.contains(symbol))
                            .map(event -> "[" + event + "]")
                            .toList());
        }
        assertThat(report(pool).problems()).isEmpty();
        assertThat(told(FeedEvent.Type.CONFLICT)).isEmpty();
    }

    /** Every connection cuts at random, lacks some batches, and has its own time around the items. */
    @Test
    void shouldHealWhatOneConnectionLacksAndProveTheChain() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("[items] seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        WsPool pool =
                pool("{'stream':['/topic'],'classes':{'trades':{'match':'^trade','items':'/data','key':['/data/0/i'],"
                        + "'sequence':{'link':'plus-one','last':['/data/0/i']},'mode':'ordered','holdMs':5000}}}");
        int[] next = new int[CONNECTIONS];
        for (int step = 0; step < 60; step++) {
            int from = step * 10;
            int lacking = step % 4; // 3 = none
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                while (next[connection] < from + 10) {
                    int end = Math.min(from + 10, next[connection] + 1 + random.nextInt(5));
                    boolean lost = connection == lacking && random.nextInt(3) == 0 && step > 0;
                    if (!lost) {
                        server.send(batch(next[connection], end, connection, step), connection);
                    }
                    next[connection] = end;
                }
            }
        }
        eventually(() -> messages.size() == 600);

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            expected.add("\"data\":[{\"i\":" + i + ",\"p\":\"x\"}],\"n\":1}");
        }
        assertThat(texts().stream().map(text -> text.substring(text.indexOf("\"data\""))))
                .containsExactlyElementsOf(expected);
        FeedReport report = report(pool);
        assertThat(report.ledger()).hasSize(1);
        assertThat(report.ledger().get(0).lostNumbers()).isZero();
        assertThat(told(FeedEvent.Type.CONFLICT)).isEmpty();
    }

    private static String batch(int from, int to, int connection, int step) {
        return IntStream.range(from, to)
                .mapToObj(i -> "{\"i\":" + i + ",\"p\":\"x\"}")
                .collect(Collectors.joining(
                        ",",
                        "{\"topic\":\"trade A\",\"ts\":" + (1_000 * step + connection) + ",\"data\":[",
                        "],\"n\":1}"));
    }

    /** A message that cannot be cut is compared and published as a whole. */
    @Test
    void shouldLeaveOtherMessagesWhole() {
        WsPool pool = pool("{'stream':['/topic'],'classes':{'all':{'match':'^','items':'/data','key':['/id']}}}");
        List<String> whole = List.of(
                "{\"topic\":\"a\",\"id\":1,\"data\":{\"x\":[1,2]}}",
                "{\"topic\":\"a\",\"id\":2,\"data\":[]}",
                "{\"topic\":\"a\",\"id\":3,\"data\":[{\"x\":[1,2]}]}",
                "{\"topic\":\"a\",\"id\":4,\"data\":" + "[" + "1,".repeat(60_000) + "1]}",
                "{\"topic\":\"a\",\"id\":5,\"data\":[1,2");
        whole.forEach(text -> {
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                server.send(text, connection);
            }
        });
        eventually(() -> report(pool).copies() == (long) CONNECTIONS * whole.size());

        assertThat(texts()).containsExactlyElementsOf(whole);
    }

    /** The key of its first item must not stand for a message that stays whole. */
    @Test
    void shouldNotTakeALargeMessageForItsFirstItem() {
        WsPool pool = pool("{'stream':['/topic'],'classes':{'all':{'match':'^','items':'/data','key':['/data/0/i']}}}");
        String large = "{\"topic\":\"a\",\"x\":\"" + "y".repeat(300) + "\",\"data\":["
                + IntStream.range(1, 400).mapToObj(i -> "{\"i\":" + i + "}").collect(Collectors.joining(",")) + "]}";
        String first = "{\"topic\":\"a\",\"data\":[{\"i\":1}]}";
        server.send(first, 0);
        server.send(large, 1);
        server.send(large, 2);
        eventually(() -> report(pool).copies() == CONNECTIONS);

        assertThat(texts()).containsExactlyInAnyOrder(first, large);
        assertThat(told(FeedEvent.Type.PROTOCOL_DIFFERS))
                .as("once a minute")
                .singleElement()
                .extracting(event -> event.toJson().encode())
                .asString()
                .contains("a message of a with " + large.length() + " bytes is not compared by its elements");
    }
}
