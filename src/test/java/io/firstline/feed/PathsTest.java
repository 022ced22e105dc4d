package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedState;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections of a feed with several URLs use them in turn. */
class PathsTest extends FeedTestBase {

    @Test
    void shouldSpreadConnectionsOverItsUrls() {
        HandServer one = HandServer.start(vertx);
        HandServer other = HandServer.start(vertx);
        WsPool pool = started(watch(WsPool.create(
                vertx,
                poolOf(4, one.url()).withConnection(connection(one.url()).withFurtherUrls(List.of(other.url()))))));

        eventually(() -> pool.state() == FeedState.CONNECTED && one.sockets.size() == 2 && other.sockets.size() == 2);
        one.send("a", 0, 1);
        other.send("a", 0, 1);
        eventually(() -> report(pool).copies() == 4);

        assertThat(texts()).containsExactly("a");
    }

    @Test
    void shouldTakeTheNextUrlWhereAnAttemptFails() throws IOException {
        HandServer server = HandServer.start(vertx);
        String nobody = "ws://127.0.0.1:" + freePort() + "/";
        WsPool pool = watch(WsPool.create(
                vertx, poolOf(2, nobody).withConnection(connection(nobody).withFurtherUrls(List.of(server.url())))));
        join(pool.start());

        eventually(() -> server.sockets.size() == 2 && pool.state() == FeedState.CONNECTED);
    }
}
