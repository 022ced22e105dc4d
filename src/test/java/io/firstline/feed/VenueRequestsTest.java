package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A feed sends what its venue's profile defines, and understands the venue's replies. */
@Execution(ExecutionMode.CONCURRENT)
class VenueRequestsTest extends FeedTestBase {
    @TempDir
    Path directory;

    private Feed feed(HandServer server, int connections, String profile, String... streams) {
        try {
            Path venues = directory.resolve("venues");
            Files.createDirectories(venues);
            Files.writeString(venues.resolve("v.json"), profile);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        JsonObject json = new JsonObject()
                .put("name", "f")
                .put("venue", "v")
                .put("url", server.url())
                .put("connections", connections)
                .put("streams", new JsonArray(List.of(streams)));
        Feed feed = started(watch(Feed.of(vertx, FeedConfig.fromJson(json, directory))));
        eventually(() -> server.sockets.size() == connections && feed.state() == FeedState.CONNECTED);
        return feed;
    }

    private static List<String> texts(HandServer server, int socket) {
        return server.received.stream()
                .filter(text -> text.startsWith(socket + ":"))
                .map(text -> text.substring(2))
                .toList();
    }

    /** One ack for each symbol, as Kraken's; the depth is in the request only. */
    @Test
    void shouldSubscribeInGroupsAndFindTheStreamByTheWordsThatMessagesShow() {
        HandServer server = HandServer.start(vertx);
        Feed feed = feed(
                server,
                2,
                """
                {"subscribe": "{\\"sub\\":\\"${1}\\",\\"symbol\\":${*2}}",
                 "unsubscribe": "{\\"un\\":\\"${1}\\",\\"symbol\\":${*2}}",
                 "requests": [{"match": "^book", "nameWords": 2,
                               "subscribe": "{\\"sub\\":\\"${1}\\",\\"symbol\\":${*2},\\"depth\\":${3}}"}],
                 "messages": {"stream": ["/ch", "/s"], "errors": ["/error"], "errorText": ["/error"]}}""",
                "book A 10",
                "trade A",
                "book B 10",
                "book C 25",
                "trade B");
        eventually(() -> server.received.size() == 6);
        assertThat(texts(server, 0))
                .containsExactly(
                        "{\"sub\":\"book\",\"symbol\":[\"A\",\"B\"],\"depth\":10}",
                        "{\"sub\":\"book\",\"symbol\":[\"C\"],\"depth\":25}",
                        "{\"sub\":\"trade\",\"symbol\":[\"A\",\"B\"]}");

        server.send("{\"error\":\"no depth\",\"ch\":\"book\",\"s\":\"C\"}", 0);
        assertThat(awaitTold(FeedEvent.Type.SERVER_ERROR).toJson().getJsonArray("streams"))
                .isEqualTo(new JsonArray().add("book C 25"));

        join(feed.unsubscribe(List.of("book A 10", "trade B")));
        join(feed.subscribe(List.of("book A 500")));
        eventually(() -> server.received.size() == 12);
        assertThat(texts(server, 1).subList(3, 6))
                .containsExactly(
                        "{\"un\":\"book\",\"symbol\":[\"A\"]}",
                        "{\"un\":\"trade\",\"symbol\":[\"B\"]}",
                        "{\"sub\":\"book\",\"symbol\":[\"A\"],\"depth\":500}");
        assertThat(failureOf(feed.subscribe(List.of("book A 10"))))
                .hasMessageContaining("\"book A 500\" and \"book A 10\", both \"book A\" in messages");
        assertThat(report(feed).streams()).containsExactly("trade A", "book B 10", "book C 25", "book A 500");
    }
}
