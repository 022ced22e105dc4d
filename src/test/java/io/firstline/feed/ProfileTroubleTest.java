package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamClass.Link;
import io.firstline.config.venue.StreamClass.Sequence;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A server whose messages do not match its profile: this is reported, and no message is silently published twice. */
@Execution(ExecutionMode.CONCURRENT)
class ProfileTroubleTest extends FeedTestBase {
    private HandServer server;

    private static MessageFormat format(List<String> key, Sequence sequence) {
        return formatOf(new StreamClass("all", "^", key, sequence));
    }

    private WsPool pool(MessageFormat format) {
        server = HandServer.start(vertx);
        WsPool pool = started(
                watch(new WsPool(quick(4), "f", poolOf(2, server.url()), SubscribeTemplates.NONE, format, 30_000)));
        eventually(() -> server.sockets.size() == 2 && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    private JsonObject awaitNotFound(IntConsumer send) {
        int[] n = {0};
        Await.attempt(Duration.ofSeconds(20), Duration.ofMillis(12), "an event", () -> {
            send.accept(n[0]++);
            return !told(FeedEvent.Type.NOT_FOUND).isEmpty();
        });
        return told(FeedEvent.Type.NOT_FOUND).get(0).toJson();
    }

    @Test
    void shouldTellThatANumberIsAnObject() {
        WsPool pool =
                pool(format(List.of(), new Sequence(Link.INCREASING, List.of("/contents"), List.of(), List.of())));

        JsonObject facts = awaitNotFound(n -> server.send("{\"s\":\"x\",\"contents\":{\"n\":" + n + "}}", 0, 1));

        assertThat(facts.getString("what")).isEqualTo("sequence");
        assertThat(facts.getString("class")).isEqualTo("all");
        assertThat(facts.getJsonArray("pointers")).isEqualTo(new JsonArray().add("/contents"));
        assertThat(facts.getString("reason")).contains("/contents holds an object");
        assertThat(report(pool).problems()).containsExactly(facts.getString("reason"));
        assertThat(pool.state()).as("copies still match by their bytes").isEqualTo(FeedState.CONNECTED);
        server.send("{\"s\":\"x\",\"contents\":7}", 0, 1);
        eventually(() -> report(pool).problems().isEmpty());
    }

    @Test
    void shouldTellThatMessagesAreBinary() {
        pool(format(List.of("/n"), Sequence.NONE));

        JsonObject facts = awaitNotFound(n -> server.sockets.forEach(
                socket -> join(socket.writeBinaryMessage(Buffer.buffer("{\"s\":\"x\",\"n\":" + n + "}")))));

        assertThat(facts.getString("what")).isEqualTo("stream");
        assertThat(facts.getString("reason")).contains("/s").contains("binary");
    }

    @Test
    void shouldTellTheNamesThatMessagesHaveInstead() {
        pool(format(List.of("/n"), new Sequence(Link.INCREASING, List.of("/seq"), List.of(), List.of())));

        JsonObject facts =
                awaitNotFound(n -> server.send("{\"s\":\"x\",\"n\":" + n + ",\"data\":{\"q\":" + n + "}}", 0, 1));

        assertThat(facts.getString("what")).isEqualTo("sequence");
        assertThat(facts.getJsonArray("members")).isEqualTo(new JsonArray(List.of("/s", "/n", "/data", "/data/q")));
        assertThat(told(FeedEvent.Type.NOT_FOUND)).hasSize(1);
    }

    @Test
    void shouldMakeAMessageOfEachValueOfAFrame() {
        WsPool pool = pool(format(List.of("/n"), Sequence.NONE));

        server.send("{\"s\":\"x\",\"n\":1}{\"s\":\"x\",\"n\":2}\n{\"s\":\"x\",\"n\":3}", 0);
        IntStream.rangeClosed(1, 3).forEach(n -> server.send("{\"s\":\"x\",\"n\":" + n + "}", 1));
        eventually(() -> report(pool).copies() == 6);

        assertThat(texts()).containsExactly("{\"s\":\"x\",\"n\":1}", "{\"s\":\"x\",\"n\":2}", "{\"s\":\"x\",\"n\":3}");
        assertThat(awaitTold(FeedEvent.Type.SEVERAL_VALUES).toJson().getBoolean("split"))
                .isTrue();
        assertThat(report(pool).malformed()).isZero();
    }

    @Test
    void shouldLeaveFramesAsTheyAreWhereMessagesAreNotReadAndSaySo() {
        WsPool pool = pool(MessageFormat.NONE);

        server.send("{\"n\":1}{\"n\":2}", 0, 1);
        eventually(() -> report(pool).copies() == 2);

        assertThat(texts()).containsExactly("{\"n\":1}{\"n\":2}");
        JsonObject facts = awaitTold(FeedEvent.Type.SEVERAL_VALUES).toJson();
        assertThat(facts.getBoolean("split")).isFalse();
        assertThat(facts.getString("reason"))
                .contains("a value may be published twice", "set \"venue\" to a profile with \"messages\"");
        assertThat(report(pool).problems()).hasSize(1);
    }

    @Test
    void shouldMarkWhatAServerSendsAgain() {
        WsPool pool =
                pool(format(List.of("/f", "/n"), new Sequence(Link.PLUS_ONE, List.of("/n"), List.of("/f"), List.of())));
        server.send("{\"s\":\"x\",\"f\":1,\"n\":3}", 0);
        server.send("{\"s\":\"x\",\"f\":4,\"n\":5}", 0);
        server.send("{\"s\":\"x\",\"f\":2,\"n\":5}", 0); // earlier trades, up to the last one
        server.send("{\"s\":\"x\",\"f\":1,\"n\":4}", 0);
        server.send("{\"s\":\"x\",\"f\":6,\"n\":6}", 0);
        eventually(() -> messages.size() == 5);

        assertThat(messages).extracting(m -> m.late()).containsExactly(false, false, true, true, false);
        assertThat(report(pool).late()).isEqualTo(2);
    }
}
