package io.firstline.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Socket;
import io.firstline.payload.Payload;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.RecordedEntry.Kind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A recorded connection as a socket: it answers pings, and ends when the recording says so. */
class RecordedSocketTest {
    private static final long MS = 1_000_000;

    private final VirtualClock clock = new VirtualClock(0);
    private final RecordedSocket socket = new RecordedSocket(clock, "f-1");
    private final List<String> heard = new ArrayList<>();

    private final Socket.Listener listener = new Socket.Listener() {
        @Override
        public void frame(WebSocketFrame frame) {
            assertThat(frame.isFinal()).isTrue();
            assertThat(frame.isContinuation() || frame.isClose() || frame.isPing())
                    .isFalse();
            assertThat(frame.closeReason()).isNull();
            assertThat(frame.closeStatusCode()).isEqualTo((short) 1005);
            heard.add((frame.isText() ? "text " : frame.isBinary() ? "binary " : "frame ") + frame.textData());
        }

        @Override
        public void message(Payload payload) {
            heard.add("message");
        }

        @Override
        public void pong(Buffer payload) {
            heard.add("pong " + payload);
        }

        @Override
        public void ping() {
            heard.add("ping");
        }

        @Override
        public void oversize(long bytes) {
            heard.add("oversize");
        }

        @Override
        public void unfinished() {
            heard.add("unfinished");
        }

        @Override
        public void failed(Throwable failure) {
            heard.add("failed");
        }

        @Override
        public void ended() {
            heard.add("ended");
        }
    };

    private boolean happen(Kind kind, String payload) {
        return socket.happen(new RecordedEntry(kind, 0, 0, 0, Buffer.buffer(payload)));
    }

    @Test
    void shouldTellWhatIsRecordedAndAnswerPings() {
        assertThat(happen(Kind.TEXT, "nobody listens")).isFalse();
        socket.listen(listener);

        happen(Kind.OPENED, "");
        assertThat(happen(Kind.TEXT, "a")).isTrue();
        happen(Kind.BINARY, "b");
        socket.writePing(Buffer.buffer("p"));
        clock.advanceTo(5 * MS);
        happen(Kind.CLOSED, "eof");
        socket.writePing(Buffer.buffer("q"));
        clock.advanceTo(10 * MS);

        assertThat(heard).containsExactly("text a", "binary b", "frame p", "pong p", "ended");
        assertThat(happen(Kind.TEXT, "after the end")).isFalse();
        assertThat(socket.closeCode()).isNull();
        assertThat(socket.closeReason()).isNull();
        assertThat(socket.isFull()).isFalse();
    }

    @Test
    void shouldTakeWhatIsSentToNobody() {
        assertThat(socket.writeText("a").succeeded()).isTrue();
        assertThat(socket.writeBinary(Buffer.buffer()).succeeded()).isTrue();
        assertThat(socket.writePong(Buffer.buffer()).succeeded()).isTrue();
    }

    @Test
    void shouldGoOnWhenItIsClosedAndNotWhenItIsCutOff() {
        socket.listen(listener);
        socket.close(1000, "evicted");
        socket.cutOff();
        assertThat(happen(Kind.TEXT, "a")).isTrue();

        RecordedSocket other = new RecordedSocket(clock, "f-2");
        other.listen(listener);
        other.cutOff();
        assertThat(other.happen(new RecordedEntry(Kind.TEXT, 0, 0, 0, Buffer.buffer("b"))))
                .isFalse();
        assertThat(heard).containsExactly("text a");
    }

    /** A cancelled attempt takes no connection from the others. */
    @Test
    void shouldGiveAConnectionToWhoeverStillWantsOne() {
        RecordedExchange exchange = new RecordedExchange(clock);
        WsConnectionConfig config = WsConnectionConfig.of("ws://localhost/");
        exchange.connect(config.withConnectionId("f-1")); // gets it, and sets no listener
        exchange.connect(config.withConnectionId("f-2")).onSuccess(given -> given.listen(listener));

        assertThat(exchange.open("f-1").isTaken()).isTrue();
        assertThat(exchange.close().succeeded()).isTrue();
    }

    @Test
    void shouldRunTimersWhenTheyAreDueAndInOrder() {
        clock.once(10, () -> heard.add("once " + clock.nowNanos() / MS));
        long every = clock.every(4, () -> heard.add("every " + clock.epochMicros() / 1_000));
        long never = clock.once(5, () -> heard.add("never"));
        clock.cancel(never);
        clock.cancel(never);
        clock.advanceTo(10 * MS);
        clock.cancel(every);
        clock.advanceTo(100 * MS);
        clock.advanceTo(50 * MS);

        assertThat(heard).containsExactly("every 4", "every 8", "once 10");
        assertThat(clock.nowNanos()).isEqualTo(100 * MS);
    }
}
