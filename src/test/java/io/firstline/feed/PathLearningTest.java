package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.check.FeedUrl;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.deploy.node.ReportJson;
import io.firstline.feed.report.EvictionReason;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.PathReport;
import io.firstline.testkit.Await;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A pool of two whose second server is slow, and which could use a third one. */
@Execution(ExecutionMode.CONCURRENT)
class PathLearningTest extends FeedTestBase {
    private static final int AT_ONCE = 10;

    private final List<HandServer> servers = new ArrayList<>();
    private int next;
    private List<Runnable> late = List.of();

    private static List<ServerWebSocket> openOn(HandServer server) {
        return server.sockets.stream().filter(socket -> !socket.isClosed()).toList();
    }

    /** Sends messages on all connections until a condition holds, on the second server a round later. */
    private void until(Callable<Boolean> holds) {
        Await.attempt(Duration.ofSeconds(45), Duration.ofMillis(20), "what the test waits for", () -> {
            List<Runnable> later = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                String text = "{\"id\":" + next++ + "}";
                for (HandServer server : servers) {
                    for (ServerWebSocket socket : openOn(server)) {
                        if (server == servers.get(1)) {
                            later.add(() -> socket.writeTextMessage(text));
                        } else {
                            socket.writeTextMessage(text);
                        }
                    }
                }
            }
            late.forEach(Runnable::run);
            late = later;
            return holds.call();
        });
    }

    private static Map<String, PathReport> paths(Feed feed) {
        Map<String, PathReport> byHost = new HashMap<>();
        report(feed).paths().forEach(each -> byHost.put(each.path().host(), each));
        return byHost;
    }

    private static Set<String> used(Feed feed) {
        Set<String> used = new TreeSet<>();
        members(feed).forEach(c -> used.add(c.connection().path().host()));
        return used;
    }

    @Test
    void shouldMoveToAFasterPathAndRememberTheSlowOne() {
        for (int i = 0; i < 3; i++) {
            servers.add(HandServer.start(vertx));
        }
        List<String> urls = servers.stream().map(HandServer::url).toList();
        List<String> hosts = urls.stream().map(FeedUrl::authority).toList();
        WsPool pool = watch(new WsPool(
                quick(4),
                "f",
                poolOf(2, urls.get(0)).withConnection(connection(urls.get(0)).withFurtherUrls(urls.subList(1, 3))),
                SubscribeTemplates.NONE,
                formatOf(),
                PoolTimes.of(60_000),
                0));
        started(pool);
        eventually(() -> pool.state() == FeedState.CONNECTED);

        until(() -> used(pool).equals(new TreeSet<>(List.of(hosts.get(0), hosts.get(2)))));

        FeedFact.Evicted moved =
                (FeedFact.Evicted) awaitTold(FeedEvent.Type.EVICTED).fact();
        assertThat(moved.reason().cause()).isEqualTo(EvictionReason.Cause.PATH);
        assertThat(moved.compared()).contains("lag p99");
        until(() -> paths(pool).get(hosts.get(2)).copies() > 50);
        until(() -> paths(pool).get(hosts.get(1)).connections() == 0);
        PathReport slow = paths(pool).get(hosts.get(1));
        assertThat(slow.lagP99Ms()).as("milliseconds").isGreaterThan(5);
        assertThat(slow.wins()).as("of %d", slow.copies()).isLessThan(slow.copies() / 2 + 1);
        assertThat(paths(pool).get(hosts.get(0)).connections()).isEqualTo(1);
        JsonObject status = ReportJson.of(report(pool));
        assertThat(status.getJsonArray("paths")).hasSize(3);
        assertThat(List.of("dnsMs", "tcpMs", "upgradeMs", "lagP50Ms")).allSatisfy(key -> assertThat(
                        status.getJsonArray("paths").getJsonObject(0).getDouble(key))
                .as(key)
                .isNotNegative());
        assertThat(status.getJsonArray("paths")
                        .getJsonObject(0)
                        .getJsonObject("path")
                        .getString("server"))
                .isEqualTo("127.0.0.1");

        // the fast one ends: it may be used again, or the third takes its place, but no turn leads to the slow one
        openOn(servers.get(0)).get(0).close((short) 1001, "going away");
        until(() -> told(FeedEvent.Type.DISCONNECTED).size() == 1 && pool.state() == FeedState.CONNECTED);
        late.forEach(Runnable::run);
        eventually(() -> report(pool).published() == next);
    }
}
