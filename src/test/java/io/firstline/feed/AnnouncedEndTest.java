package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.RetryConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Servers that announce by a close code that they will close all connections. */
@Execution(ExecutionMode.CONCURRENT)
class AnnouncedEndTest extends FeedTestBase {
    private static final int CONNECTIONS = 3;
    private static final short RESTART = 1012;

    private static final String PROFILE = "{\"messages\":{\"stream\":[\"/s\"],\"shutdown\":[{\"close\":[1012,1013]}]}}";

    @TempDir
    private Path folder;

    private HandServer server;
    private int next;

    private WsPool pool() {
        server = HandServer.start(vertx);
        WsPool pool = started(venuePool(folder, PROFILE, CONNECTIONS, server.url()));
        eventually(() -> server.sockets.size() == CONNECTIONS && pool.state() == FeedState.CONNECTED);
        return pool;
    }

    /** Sends the next message on every open connection. */
    private void send() {
        int number = next++;
        server.sockets.stream()
                .filter(socket -> !socket.isClosed())
                .forEach(socket -> socket.writeTextMessage("{\"s\":\"x\",\"n\":" + number + "}"));
    }

    private void sendUntil(Callable<Boolean> holds) {
        Await.attempt(Duration.ofSeconds(20), Duration.ofMillis(20), "what the test waits for", () -> {
            send();
            return holds.call();
        });
    }

    @Test
    void shouldReplaceTheOthersOneAfterTheOtherAndLoseNothing() {
        WsPool pool = pool();
        Set<String> before = new HashSet<>(ids(pool));
        sendUntil(() -> members(pool).stream().allMatch(c -> c.connection().ageMs() > 1_100));

        server.sockets.get(0).close(RESTART, "service restart");
        sendUntil(() -> told(FeedEvent.Type.EVICTED).size() == CONNECTIONS - 1
                && pool.state() == FeedState.CONNECTED
                && ids(pool).stream().noneMatch(before::contains));
        eventually(() -> messages.size() == next);

        assertThat(told(FeedEvent.Type.SHUTDOWN_ANNOUNCED)).hasSize(1);
        assertThat(told(FeedEvent.Type.EVICTED))
                .allMatch(event -> event.toJson().getString("reason").equals("server shutdown"));
        assertThat(server.sockets).as("no more than needed").hasSize(2 * CONNECTIONS);
        assertThat(texts()).as("each once, in order").doesNotHaveDuplicates().hasSize(next);
    }

    /** A code of another meaning concerns only its connection. */
    @Test
    void shouldLeaveTheOthersAloneAfterAnotherCode() {
        WsPool pool = pool();
        send();

        server.sockets.get(0).close((short) 1001, "going away");
        eventually(() -> server.sockets.size() == CONNECTIONS + 1 && pool.state() == FeedState.CONNECTED);
        join(pool.report());

        assertThat(told(FeedEvent.Type.SHUTDOWN_ANNOUNCED)).isEmpty();
        assertThat(told(FeedEvent.Type.EVICTED)).isEmpty();
    }

    /** A server that closes connections with this code as soon as they open causes no storm. */
    @Test
    void shouldBackOffFromAServerThatClosesWhatHasJustOpened() {
        server = HandServer.start(vertx);
        WsPoolConfig patient = WsPoolConfig.of(
                        connection(server.url()).withRetry(new RetryConfig(60_000, 60_000, 10_000)))
                .withConnections(CONNECTIONS);
        WsPool pool = started(venuePool(folder, PROFILE, patient));
        eventually(() -> server.sockets.size() == CONNECTIONS && pool.state() == FeedState.CONNECTED);

        server.sockets.get(0).close(RESTART, "service restart");
        server.sockets.get(1).close(RESTART, "service restart");
        eventually(() -> told(FeedEvent.Type.DISCONNECTED).size() == 2);
        long since = System.nanoTime();
        Await.attempt(Duration.ofSeconds(20), Duration.ofMillis(50), "half a second", () -> {
            send();
            return System.nanoTime() - since > 500_000_000L;
        });

        // each waits for up to a minute
        assertThat(server.sockets.size()).isLessThan(CONNECTIONS + 2);
    }
}
