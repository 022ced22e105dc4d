package io.firstline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.bridge.Handshakes;
import io.firstline.config.service.BridgeConfig;
import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.SockJsBridgeConfig;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.testkit.Frame;
import io.firstline.testkit.Tls;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clients that send too little, read nothing, or disappear. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class HostileClientsTest extends HttpTestBase {
    private static final HttpTimeouts SHORT = new HttpTimeouts(1_000, 1_000, 3, 2_000);

    private void serveImpatiently() {
        serveImpatiently(SHORT);
    }

    private void serveImpatiently(HttpTimeouts patience) {
        serve(new HttpVerticle(ACTING, registry, List.of(), null, patience));
    }

    private Socket connect(String beginning) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(PATIENCE_S * 1_000);
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Sends a byte ten times a second until the server closes the connection. */
    private static Duration drip(Socket socket) throws InterruptedException {
        long start = System.nanoTime();
        try {
            OutputStream out = socket.getOutputStream();
            while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(PATIENCE_S)) {
                out.write('x');
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (IOException cutOff) {
            return Duration.ofNanos(System.nanoTime() - start);
        }
        throw new AssertionError("still open");
    }

    @Test
    void shouldCutOffWhoDripsHeaders() throws Exception {
        serveImpatiently();
        try (Socket slow = connect("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")) {
            assertThat(drip(slow)).isGreaterThan(Duration.ofMillis(900));
        }
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    /** The limit for a request begins with its first byte, so an idle connection stays open. */
    @Test
    void shouldCutOffWhoDripsALaterRequestAndKeepWhoIsIdle() throws Exception {
        serveImpatiently(new HttpTimeouts(60_000, 1_000, 3, 2_000));
        try (Socket idle = connect("");
                Socket slow = connect("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
            assertThat(status(slow)).isEqualTo("HTTP/1.1 200");
            slow.getInputStream().skipNBytes(slow.getInputStream().available());

            slow.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            assertThat(drip(slow)).isGreaterThan(Duration.ofMillis(900));

            idle.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(status(idle)).isEqualTo("HTTP/1.1 200");
        }
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }

    /** The limit of connections counts only those that have finished their handshake. */
    @Test
    void shouldBoundTheHandshakesUnderWay(@TempDir Path folder) throws Exception {
        Tls tls = Tls.selfSigned(folder, "dns:localhost,ip:127.0.0.1");
        serve(new HttpConfig("127.0.0.1", 0, false, null, new HttpConfig.PemFiles(tls.certificate(), tls.key())));
        int surplus = 10;
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < Handshakes.MOST + surplus; i++) {
                sockets.add(connect("\u0016")); // how a handshake begins
            }
            for (Socket oldest : sockets.subList(0, surplus)) {
                assertThat(oldest.getInputStream().read()).as("closed").isEqualTo(-1);
            }
            Socket youngest = sockets.get(sockets.size() - 1);
            youngest.setSoTimeout(500);
            assertThatThrownBy(() -> youngest.getInputStream().read())
                    .as("open: its time has not run out")
                    .isInstanceOf(SocketTimeoutException.class);
            try (Socket wellMeant = AccessTest.trusting(tls.certificate())
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), port)) {
                wellMeant.setSoTimeout(PATIENCE_S * 1_000);
                wellMeant
                        .getOutputStream()
                        .write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(status(wellMeant)).isEqualTo("HTTP/1.1 200");
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Vert.x would keep such frames for good. */
    @Test
    void shouldHangUpOnAClientThatSendsFramesBeforeTheUpgradeIsAccepted() throws Exception {
        serve(new HttpVerticle(
                READING, registry, List.of("f"), new SockJsBridgeConfig(List.of(), BridgeConfig.of("f"))));
        String request = Frame.upgradeRequest("/eventbus/websocket");
        try (Socket early = connect("")) {
            byte[] both = Arrays.copyOf(request.getBytes(StandardCharsets.US_ASCII), request.length() + 6);
            both[request.length()] = (byte) 0x89; // a ping of no bytes, masked with zeros
            both[request.length() + 1] = (byte) 0x80;
            early.getOutputStream().write(both);
            assertThat(isClosed(early)).isTrue();
        }
        try (Socket usual = connect(request)) {
            assertThat(status(usual)).isEqualTo("HTTP/1.1 101");
        }
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes().length < 1_000;
        } catch (IOException e) {
            return e.getMessage().contains("reset");
        }
    }

    @Test
    void shouldCutOffWhoDripsABody() throws Exception {
        serveImpatiently();
        try (Socket slow = connect("POST /api/command HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN
                + "\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n")) {
            assertThat(drip(slow)).isGreaterThan(Duration.ofMillis(900));
        }
    }

    @Test
    void shouldRefuseATargetThatIsNoPath() throws Exception {
        serveImpatiently();
        for (String target : List.of("*", "api/status", "?x")) {
            try (Socket socket = connect("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
                byte[] status = socket.getInputStream().readNBytes(12);
                assertThat(new String(status, StandardCharsets.US_ASCII))
                        .as(target)
                        .isEqualTo("HTTP/1.1 400");
            }
        }
    }

    @Test
    void shouldNotCutOffWhoListens() throws Exception {
        serveImpatiently();
        try (Listening listening = new Listening("/api/events")) {
            for (int i = 0; i < 5; i++) {
                assertThat(listening.next()).isNotNull();
            }
        }
    }

    /**
     * Reads the bytes sent before the server closed the connection, then the end; otherwise the test's timeout ends it.
     */
    @Test
    void shouldHangUpOnAListenerThatNeverReads() throws Exception {
        String pad = "x".repeat(4 << 20);
        vertx.eventBus()
                .localConsumer(
                        io.firstline.bus.Addresses.STATUS,
                        request -> request.reply(new JsonObject()
                                .put("feeds", new JsonObject().put("a", new JsonObject().put("error", pad)))));
        serveImpatiently();
        eventually(() -> get("/api/status").body().contains("xxx"));
        try (Socket deaf = connect("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
            eventually(() -> verticle.listeners() == 1);
            eventually(() -> verticle.listeners() == 0);

            InputStream in = deaf.getInputStream();
            long read = 0;
            try {
                for (int n = in.read(new byte[65_536]); n >= 0; n = in.read(new byte[65_536])) {
                    read += n;
                    assertThat(read).as("bounded by what sockets hold").isLessThan(64L << 20);
                }
            } catch (IOException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
        }
    }

    @Test
    void shouldKeepNothingOfListenersThatHangUp() throws Exception {
        ExchangeSimulator exchange = exchange(market(200));
        serve(READING, "btc");
        deploy(config("btc", exchange.url(PATH), 2));
        eventually(() -> get("/api/gaps?feed=btc").statusCode() == 200);
        for (int i = 0; i < 3; i++) {
            List<Socket> sockets = new ArrayList<>();
            for (int j = 0; j < LiveUpdates.MOST; j++) {
                sockets.add(connect("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            }
            for (int j = 0; j < 4; j++) {
                sockets.add(connect("GET /api/tail?feed=btc HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            }
            for (Socket socket : sockets) {
                byte[] status = new byte[12];
                assertThat(socket.getInputStream().readNBytes(status, 0, 12)).isEqualTo(12);
                assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
            }
            for (Socket socket : sockets) {
                socket.setSoLinger(true, 0); // a reset instead of an orderly close
                socket.close();
            }
            eventually(() -> verticle.listeners() == 0);
        }
    }
}
