package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.connection.Scheduler;
import io.firstline.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlLinkTest {
    private static final String OTHER = "127.0.0.1:2";
    private static final ClusterConfig CONFIG =
            new ClusterConfig(true, "test", "127.0.0.1", 1, 0, List.of("127.0.0.1:1", OTHER), 1, 600, null, null);
    private static final JsonObject MESSAGE = new JsonObject().put("from", "127.0.0.1:1");

    private final Vertx vertx = Vertx.vertx();
    private final List<JsonObject> received = new CopyOnWriteArrayList<>();
    private final List<String> ended = new CopyOnWriteArrayList<>();
    private final ControlLink sender = link();
    private final ControlLink receiver = link();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    private ControlLink link() {
        return new ControlLink(vertx, CONFIG, Scheduler.of(vertx), received::add, ended::add);
    }

    private <T> T onLoop(Supplier<T> action) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(v -> done.complete(action.get()));
        return Await.result(done.future());
    }

    private int listen(ControlLink link) {
        return Await.result(onLoop(link::listen));
    }

    private void connect(int port) {
        onLoop(() -> {
            sender.found(OTHER, port);
            return null;
        });
        Await.until("it is sent", this::send);
    }

    private boolean send() {
        return onLoop(() -> sender.send(OTHER, ControlLink.line(MESSAGE)));
    }

    @Test
    void shouldSendWhatFitsOnceItIsConnected() {
        assertThat(send()).as("its port is not known").isFalse();

        connect(listen(receiver));
        Await.until("it arrives", () -> !received.isEmpty());

        assertThat(received).containsOnly(MESSAGE);
        Buffer tooLong = Buffer.buffer(new byte[ControlLink.LONGEST_LINE_BYTES + 1]);
        assertThat(onLoop(() -> sender.send(OTHER, tooLong))).isFalse();
    }

    @Test
    void shouldConnectToAMemberThatStartsAgainAtAnotherPort() {
        connect(listen(receiver));
        int again = listen(link());
        int before = received.size();

        connect(again);

        Await.until("it arrives there", () -> received.size() > before);
    }

    @Test
    void shouldReportAMemberThatClosesItsConnection() {
        connect(listen(receiver));
        int closing = Await.result(
                        vertx.createNetServer().connectHandler(NetSocket::close).listen(0, "127.0.0.1"))
                .actualPort();
        assertThat(ended).isEmpty();

        onLoop(() -> {
            sender.found(OTHER, closing);
            return null;
        });
        Await.until("it is reported", () -> {
            send();
            return ended.contains(OTHER);
        });
    }

    @Test
    void shouldSendNothingToAMemberThatDoesNotRead() {
        int deaf = Await.result(
                        vertx.createNetServer().connectHandler(NetSocket::pause).listen(0, "127.0.0.1"))
                .actualPort();
        connect(deaf);
        Buffer large = Buffer.buffer(new byte[ControlLink.LONGEST_LINE_BYTES]);

        Await.until("its buffers are full", () -> !onLoop(() -> sender.send(OTHER, large)));
    }

    @Test
    void shouldReadLinesThatArriveInPieces() {
        NetSocket socket = Await.result(vertx.createNetClient().connect(listen(receiver), "127.0.0.1"));
        Buffer lines = ControlLink.line(MESSAGE).appendBuffer(ControlLink.line(MESSAGE));

        Await.result(socket.write(lines.getBuffer(0, 5)));
        Await.result(socket.write(lines.getBuffer(5, lines.length() - 3)));
        Await.result(socket.write(lines.getBuffer(lines.length() - 3, lines.length())));

        Await.until("both", () -> received.size() == 2);
        assertThat(received).containsOnly(MESSAGE);
    }

    @Test
    void shouldCloseAConnectionWithoutMessagesOrWithOneTooLong() {
        int port = listen(receiver);

        assertClosed(port, Buffer.buffer("no JSON\n"));
        assertClosed(port, Buffer.buffer("[]\n"));
        assertClosed(port, Buffer.buffer(new byte[ControlLink.LONGEST_LINE_BYTES + 1]));

        connect(port);
        Await.until("others are still heard", () -> received.contains(MESSAGE));
    }

    private void assertClosed(int port, Buffer sent) {
        AtomicBoolean closed = new AtomicBoolean();
        Future<NetSocket> socket = vertx.createNetClient().connect(port, "127.0.0.1");
        socket.onSuccess(open -> {
            open.closeHandler(v -> closed.set(true));
            open.write(sent);
        });
        Await.until("it is closed", closed::get);
    }
}
