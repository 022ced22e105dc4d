package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.connection.report.Disconnect;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.UpgradeRejectedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectionEndTest {

    static Stream<Arguments> failures() {
        // the native library's error numbers must be loaded before the first of its exceptions
        assertThat(Epoll.isAvailable()).isTrue();
        Throwable tls = new SSLHandshakeException("Failed to create SSL connection");
        tls.initCause(new CertificateException("No name matching localhost found"));
        Throwable silentTls = new SSLHandshakeException("Failed to create SSL connection");
        silentTls.initCause(new ClosedChannelException());
        return Stream.of(
                Arguments.of(
                        "http-429", new UpgradeRejectedException("WebSocket upgrade failure: 429", 429, null, null)),
                Arguments.of(
                        "upgrade", new UpgradeRejectedException("WebSocket upgrade failure: 999", 999, null, null)),
                Arguments.of("dns", new UnknownHostException("no-such-host.invalid")),
                Arguments.of("connect-timeout", new ConnectTimeoutException("connection timed out after 5000 ms")),
                Arguments.of("connect-timeout", new ConnectException("Connection timed out")),
                Arguments.of("refused", new ConnectException("Connection refused: localhost/127.0.0.1:1")),
                Arguments.of("unreachable", new ConnectException("Network is unreachable")),
                Arguments.of("unreachable", new NoRouteToHostException("No route to host")),
                Arguments.of("reset", new SocketException("Connection reset")),
                Arguments.of("reset", new IOException("Connection reset by peer")),
                Arguments.of("reset", new SocketException("Broken pipe")),
                Arguments.of("reset", new Errors.NativeIoException("recvAddress", -104)),
                Arguments.of("reset", new Errors.NativeIoException("writevAddress", -32)),
                Arguments.of("tls", tls),
                Arguments.of("tls", silentTls),
                Arguments.of(
                        "oversize",
                        new CorruptedWebSocketFrameException(
                                WebSocketCloseStatus.MESSAGE_TOO_BIG, "Max frame length of 9 has been exceeded.")),
                Arguments.of(
                        "malformed-frame",
                        new CorruptedWebSocketFrameException(
                                WebSocketCloseStatus.PROTOCOL_ERROR, "received a frame that is masked")),
                Arguments.of(
                        "upgrade", new WebSocketHandshakeException("Connection closed while handshake in process")),
                Arguments.of("upgrade", new WebSocketClientHandshakeException("Invalid handshake response upgrade: x")),
                Arguments.of("eof", new HttpClosedException("Connection was closed")),
                Arguments.of("error", new IOException((String) null)),
                Arguments.of("error", new IllegalStateException("who knows")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("failures")
    void shouldNameTheCause(String cause, Throwable failure) {
        Disconnect end = ConnectionEnd.of(failure, 1006);

        assertThat(end.label()).isEqualTo(cause);
        assertThat(end.code()).isEqualTo(end.cause() == Disconnect.Cause.HTTP ? 429 : 1006);
        assertThat(end.reason()).isNotBlank().doesNotContain("null");
    }

    @Test
    void shouldTellWhatTlsReallyFailedFor() {
        Throwable tls = new SSLHandshakeException("Failed to create SSL connection");
        tls.initCause(new SSLHandshakeException("(certificate_unknown) ...")
                .initCause(new CertificateException("No name matching localhost found")));

        assertThat(ConnectionEnd.of(tls, 0).reason()).contains("No name matching localhost found");
    }

    @Test
    void shouldKeepCodeAndReasonOfACloseFrame() {
        assertThat(ConnectionEnd.closed(1001, "maintenance"))
                .isEqualTo(new Disconnect(Disconnect.Cause.CLOSED, 1001, "maintenance"))
                .hasToString("closed-1001 (maintenance)");
        assertThat(ConnectionEnd.closed(1000, null)).hasToString("closed-1000");
    }

    /** Labels of metrics, causes in events: names that operators use in alerts. */
    @Test
    void shouldNameEachCauseOnce() {
        assertThat(Stream.of(Disconnect.Cause.values()).map(cause -> new Disconnect(cause, 7, "").label()))
                .containsExactly(
                        "closed-7",
                        "closed-by-us",
                        "eof",
                        "reset",
                        "half-open",
                        "not-subscribed",
                        "oversize",
                        "malformed-frame",
                        "dns",
                        "refused",
                        "proxy-7",
                        "unreachable",
                        "connect-timeout",
                        "tls",
                        "credentials",
                        "login-refused",
                        "login-unanswered",
                        "endpoint",
                        "http-7",
                        "upgrade",
                        "upgrade-timeout",
                        "error");
    }
}
