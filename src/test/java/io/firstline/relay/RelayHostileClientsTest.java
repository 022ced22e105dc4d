package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.service.RelayConfig;
import io.firstline.config.service.RelayLimits.SlowClients;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that do not read, ask too much or send garbage: they leave, and nobody else is harmed. */
class RelayHostileClientsTest extends RelayTestBase {
    private static final int SMALL = 4_096;
    /** Room for all that the tests publish at once: a client that reads is never too slow. */
    private static final int QUEUE = 1 << 20;

    private static final String UPGRADE = String.join(
            "\r\n",
            " HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "",
            "");

    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void closeSockets() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private Socket frozen() throws IOException {
        Socket socket = unread(port(), "/feeds/f");
        sockets.add(socket);
        return socket;
    }

    /** A client that is connected and reads nothing further. */
    static Socket unread(int port, String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(SMALL);
        socket.setSoTimeout(15_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream().write(("GET " + path + UPGRADE).getBytes(StandardCharsets.US_ASCII));
        int ends = 0;
        while (ends < 4) { // until the empty line
            int next = socket.getInputStream().read();
            ends = next == '\r' || next == '\n' ? ends + 1 : 0;
        }
        return socket;
    }

    /** Reads all frames; returns the code of the close frame, 0 = none. */
    private static int closeCode(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        while (true) {
            int first = in.read();
            if (first < 0) {
                return 0;
            }
            int length = in.readUnsignedByte();
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
            if ((first & 15) == 8) {
                return in.readUnsignedShort();
            }
            in.skipNBytes(length);
        }
    }

    private static RelayConfig small(SlowClients policy) {
        return LOCAL.withLimit("slowClients", policy).withLimit("maxQueueBytes", QUEUE);
    }

    private void publishUntil(Reader good, BooleanSupplier done) {
        String text = "x".repeat(1_000);
        for (int sent = good.payloads.size(); !done.getAsBoolean() && sent < 200_000; sent += 500) {
            for (int i = 0; i < 500; i++) {
                publish("a", text);
            }
            int all = sent + 500;
            eventually(() -> good.payloads.size() == all);
        }
        assertThat(done.getAsBoolean()).isTrue();
    }

    @Test
    void shouldCloseAClientThatDoesNotReadWhileOthersLoseNothing() throws IOException {
        open(small(SlowClients.CLOSE));
        Reader good = reader("/feeds/f");
        Socket frozen = frozen();
        eventuallyClients(2);

        publishUntil(good, () -> count("firstline.relay.closed", "reason", "slow") == 1);

        assertThat(closeCode(frozen)).isEqualTo(1013);
        assertThat(good.closed).isFalse();
        eventuallyClients(1);
    }

    @Test
    void shouldGiveASlowClientTheLatestOfEachStreamIfToldSo() throws IOException {
        open(small(SlowClients.CONFLATE));
        Reader good = reader("/feeds/f");
        Socket frozen = frozen();
        eventuallyClients(2);
        publishUntil(good, () -> count("firstline.relay.conflated") > 10);
        publish("b", "the last of b");
        publish("a", "the last of a");

        DataInputStream in = new DataInputStream(new BufferedInputStream(frozen.getInputStream()));
        List<String> ends = new ArrayList<>();
        while (ends.size() < 2) {
            in.readUnsignedByte();
            int length = in.readUnsignedByte();
            length = length == 126 ? in.readUnsignedShort() : length;
            String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            if (text.startsWith("the last")) {
                ends.add(text);
            }
        }
        assertThat(ends).containsExactlyInAnyOrder("the last of a", "the last of b");
        publish("c", "after");
        in.readUnsignedByte();
        assertThat(new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8))
                .isEqualTo("after");
    }

    @Test
    void shouldCloseAClientWhoseMessageIsTooLong() {
        open(LOCAL.withLimit("maxFrameBytes", 256));
        Reader whole = reader("/feeds/f");
        Reader inParts = reader("/feeds/f");

        whole.socket.writeTextMessage("x".repeat(300));
        for (int i = 0; i < 3; i++) {
            inParts.socket.writeFrame(
                    i == 0
                            ? WebSocketFrame.textFrame("x".repeat(200), false)
                            : WebSocketFrame.continuationFrame(Buffer.buffer("x".repeat(200)), false));
        }

        eventually(() -> whole.closed && inParts.closed);
        assertThat(List.of(whole.code(), inParts.code())).containsExactly(1009, 1009);
    }

    @Test
    void shouldRefuseAnUpgradeWithABody() throws IOException {
        open(LOCAL.withLimit("maxClients", 1));

        assertThat(List.of(
                        statusOfUpgrade("Content-Length: 9000", "x".repeat(9_000)),
                        statusOfUpgrade(
                                "Transfer-Encoding: chunked", "2328\r\n" + "x".repeat(9_000) + "\r\n0\r\n\r\n")))
                .containsOnly("HTTP/1.1 400 Bad Request");
        reader("/feeds/f");
        eventuallyClients(1);
    }

    private String statusOfUpgrade(String header, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(15_000);
            String request = "GET /feeds/f" + UPGRADE.substring(0, UPGRADE.length() - 2) + header + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    @Test
    void shouldIgnoreWhatAClientOfThePlainProtocolSays() {
        open(LOCAL);
        Reader talking = reader("/feeds/f");
        eventuallyClients(1);

        talking.socket.writeTextMessage("hello");
        eventually(() -> status().getJsonArray("clients").stream()
                .anyMatch(each -> ((JsonObject) each).getLong("ignored") == 1));
        publish("a", "1");

        eventually(() -> talking.payloads.size() == 1);
        assertThat(talking.closed).isFalse();
    }

    @Test
    void shouldCountEmptyFragments() {
        open(LOCAL.withLimit("maxFramesPerSecond", 20));
        Reader endless = reader("/feeds/f");

        endless.socket.writeFrame(WebSocketFrame.textFrame("", false));
        for (int i = 0; i < 100; i++) {
            endless.socket.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(), false));
        }

        eventually(() -> endless.closed);
        assertThat(endless.code()).isEqualTo(1008);
    }

    @Test
    void shouldPingASilentClientAndCloseOneThatDoesNotAnswer() throws IOException {
        open(LOCAL);
        Reader good = reader("/feeds/f");
        Socket frozen = frozen();
        eventuallyClients(2);

        for (int i = 0; i < 3; i++) {
            laterNanos.addAndGet(TimeUnit.SECONDS.toNanos(20));
            eventually(() -> quietMs().stream().anyMatch(quiet -> quiet < 10_000)); // the good one has answered
        }

        assertThat(closeCode(frozen)).isEqualTo(1008);
        assertThat(good.closed).isFalse();
    }

    private List<Long> quietMs() {
        return status().getJsonArray("clients").stream()
                .map(each -> ((JsonObject) each).getLong("quietMs"))
                .toList();
    }

    @Test
    void shouldCloseAllClientsOfAFeedWhoseMessagesItLost() {
        open(LOCAL);
        Reader reader = reader("/feeds/f");
        eventuallyClients(1);

        CountDownLatch stalled = new CountDownLatch(1);
        standsStill = stalled; // the relay's loop stands still
        for (int i = 0; i < 70_000; i++) {
            publish("a", "1");
        }
        stalled.countDown();

        eventually(() -> reader.closed);
        assertThat(reader.code()).isEqualTo(1013);
        assertThat(count("firstline.relay.lost")).isPositive();
    }
}
