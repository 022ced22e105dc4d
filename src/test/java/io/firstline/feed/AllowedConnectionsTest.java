package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.RetryConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.feed.Linter;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that allow few connections, and close the older ones when another one opens. */
class AllowedConnectionsTest extends FeedTestBase {
    private static final String LIMITED =
            """
            { "limits": [ { "what": "connections", "max": %d, "scope": "url" } ],
              "messages": { "stream": ["/s"], "classes": { "all": { "match": "", "key": ["/n"] } } } }
            """;

    @TempDir
    Path folder;

    private HandServer server;

    private JsonObject limited(int max) throws IOException {
        server = HandServer.start(vertx);
        server.kicksOlder = true;
        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(folder.resolve("venues/mine.json"), LIMITED.formatted(max));
        return new JsonObject().put("name", "f").put("venue", "mine").put("url", server.url());
    }

    private Feed open(FeedConfig config) {
        FeedConfig quick = config.withConnection(config.pool()
                .connection()
                .withLatencyPingIntervalMs(50)
                .withRetry(new RetryConfig(200, 2_000, 10_000, 0)));
        return watch(quick.connections() > 1 ? WsPool.create(quick(10), quick) : Feed.of(vertx, quick));
    }

    private static JsonObject secrets(String venue) {
        JsonObject secrets = new JsonObject();
        List.of("key", "secret").stream()
                .filter(name -> name.equals("key") || venue.equals("alpaca"))
                .forEach(name -> secrets.put(name, "${HOME}"));
        return secrets;
    }

    @ParameterizedTest
    @CsvSource({"massive, 1", "alpaca, 1", "arbitrum, 2", "okx, 5"})
    void shouldOpenAsManyConnectionsAsTheVenueAllows(String venue, int allowed) throws IOException {
        JsonObject json = new JsonObject().put("name", "f").put("venue", venue);
        if (allowed == 1) {
            json.put("secrets", secrets(venue));
        }
        assertThat(FeedConfig.fromJson(json.copy()).connections()).isEqualTo(allowed);
        if (allowed == 5) {
            return;
        }
        assertThat(FeedConfig.fromJson(json.copy().put("connections", allowed)).connections())
                .isEqualTo(allowed);
        assertThatThrownBy(() -> FeedConfig.fromJson(json.copy().put("connections", 3)))
                .hasMessageContaining("/connections: found 3 connections, allowed: at most " + allowed + " connection")
                .hasMessageContaining("a profile of your own that extends \"" + venue + "\" says so");
        FeedConfig feed = FeedConfig.fromJson(json.copy());
        assertThat(Linter.problemsTogether(List.of(feed, feed)))
                .singleElement()
                .asString()
                .contains("/feeds", 2 * allowed + " connections", "at most " + allowed + " connection");

        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(
                folder.resolve("venues/" + venue + ".json"),
                "{ \"extends\": \"" + venue
                        + "\", \"limits\": [ { \"what\": \"connections\", \"max\": 4, \"scope\": \"url\" } ] }");
        assertThat(FeedConfig.fromJson(json.copy(), folder).connections()).isEqualTo(4);
        assertThat(FeedConfig.fromJson(json.copy().put("connections", 3), folder)
                        .connections())
                .isEqualTo(3);
    }

    @Test
    void shouldNeverOpenASecondConnectionWhereOneIsAllowed() throws IOException {
        Feed feed = open(FeedConfig.fromJson(limited(1), folder));
        join(feed.start());
        eventually(() -> server.sockets.size() == 1);
        for (int i = 1; i <= 20; i++) {
            server.send("{\"s\":\"a\",\"n\":" + i + "}", 0);
        }
        eventually(() -> messages.size() == 20);

        join(feed.evict(ids(feed).get(0)));
        eventually(() -> server.sockets.size() == 2 && feed.state() == FeedState.CONNECTED);
        join(feed.renew());
        eventually(() -> server.sockets.size() == 3 && feed.state() == FeedState.CONNECTED);
        assertThat(told(FeedEvent.Type.DISCONNECTED))
                .hasSize(2)
                .allMatch(event -> event.toJson().encode().contains("closed-by-us"));
    }

    @Test
    void shouldAdviseAsManyConnectionsAsTheServerKeeps() throws IOException {
        JsonObject five = limited(9).put("connections", 5).put("joinGuardMs", 50);
        server.stay = 1;
        Feed feed = open(FeedConfig.fromJson(five, folder));
        join(feed.start());

        FeedEvent advice = awaitTold(FeedEvent.Type.ADVICE);
        assertThat(advice.toJson().encode()).contains("connections: 2");
    }

    @Test
    void shouldPauseWhereEachNewConnectionClosesAnOlderOne() throws IOException {
        Feed feed = open(FeedConfig.fromJson(limited(9).put("connections", 5).put("joinGuardMs", 50), folder));
        join(feed.start());

        // a connection that stays for this long shows that no other one opens
        eventually(() ->
                members(feed).stream().anyMatch(member -> member.connection().ageMs() >= 15_000));
        int connects = server.sockets.size();
        assertThat(connects).isLessThanOrEqualTo(80);
        assertThat(told(FeedEvent.Type.ADVICE))
                .singleElement()
                .satisfies(event -> assertThat(event.toJson().encode()).contains("connections: 1"));
        assertThat(feed.state()).isEqualTo(FeedState.DEGRADED);
        server.send("{\"s\":\"a\",\"n\":1}", connects - 1);
        eventually(() -> messages.size() == 1);

        server.kicksOlder = false;
        server.deafen(connects - 1);
        eventually(() -> server.sockets.size() > connects);
    }
}
