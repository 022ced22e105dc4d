package io.firstline.connection;

import io.firstline.connection.report.ConnectFailedException;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.Disconnect.Cause;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.UpgradeRejectedException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Instant;
import javax.net.ssl.SSLException;

/** Explains how a connection ended, or why it could not be opened. Pure functions, but for the time of a failure. */
final class ConnectionEnd {
    /** The longest reason in a close frame. */
    private static final int MAX_FRAME_REASON_BYTES = 123;
    /** Netty gives an unreadable answer the status 999. */
    private static final int HIGHEST_STATUS = 599;

    private ConnectionEnd() {}

    /** The connection ended with a close frame. */
    static Disconnect closed(int code, String reason) {
        return new Disconnect(Cause.CLOSED, code, reason == null ? "" : reason);
    }

    /**
     * We closed the connection or abandoned the attempt.
     *
     * @param reason cut to the longest reason in a close frame
     */
    static Disconnect byUs(int code, String reason) {
        return new Disconnect(Cause.CLOSED_BY_US, code, fitting(reason == null ? "" : reason));
    }

    private static String fitting(String reason) {
        int length = Math.min(reason.length(), MAX_FRAME_REASON_BYTES);
        while (ByteBufUtil.utf8Bytes(reason, 0, length) > MAX_FRAME_REASON_BYTES) {
            length = reason.offsetByCodePoints(length, -1);
        }
        return reason.substring(0, length);
    }

    /** The connection failed, or could not be opened, because of this exception. */
    static Disconnect of(Throwable failure, int code) {
        String message = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        if (failure instanceof UpgradeRejectedException rejected && rejected.getStatus() > HIGHEST_STATUS) {
            return new Disconnect(Cause.UPGRADE, code, "the server's answer to the upgrade is not HTTP");
        }
        if (failure instanceof UpgradeRejectedException rejected) {
            return new Disconnect(
                    Cause.HTTP,
                    rejected.getStatus(),
                    "the server answered the upgrade with "
                            + (rejected instanceof RefusedException ? message : "HTTP " + rejected.getStatus()));
        }
        if (failure instanceof RedirectedException) {
            Disconnect there = of(failure.getCause(), code);
            return new Disconnect(there.cause(), there.code(), message + there.reason());
        }
        if (failure instanceof LoginFailedException login) {
            return login.end();
        }
        if (failure instanceof ProxyFailedException proxy) {
            return new Disconnect(Cause.PROXY, proxy.status(), message);
        }
        if (failure instanceof BindException) {
            return new Disconnect(Cause.UNREACHABLE, code, "the local address cannot be used: " + message);
        }
        if (failure instanceof RestFailedException rest) {
            return new Disconnect(Cause.ENDPOINT, rest.status() > 0 ? rest.status() : code, message);
        }
        if (failure instanceof UnknownHostException) {
            return new Disconnect(Cause.DNS, code, "the host name does not resolve: " + message);
        }
        if (failure instanceof ConnectTimeoutException) {
            return new Disconnect(Cause.CONNECT_TIMEOUT, code, message);
        }
        if (failure instanceof SSLException) {
            return new Disconnect(Cause.TLS, code, "TLS failed: " + deepestMessage(failure));
        }
        if (failure instanceof CorruptedWebSocketFrameException) {
            return message.startsWith("Max frame length")
                    ? new Disconnect(Cause.OVERSIZE, code, "a frame is larger than maxMessageBytes")
                    : new Disconnect(Cause.MALFORMED_FRAME, code, message);
        }
        if (failure instanceof DecompressionException) {
            return message.contains("maximum size")
                    ? new Disconnect(Cause.OVERSIZE, code, "a compressed message inflates to more than maxMessageBytes")
                    : new Disconnect(Cause.MALFORMED_FRAME, code, "a compressed message cannot be inflated");
        }
        if (failure instanceof WebSocketHandshakeException) {
            return new Disconnect(Cause.UPGRADE, code, "the upgrade failed: " + message);
        }
        if (message.contains("reset") || message.contains("Broken pipe")) {
            return new Disconnect(Cause.RESET, code, "connection reset");
        }
        if (failure instanceof ConnectException && message.contains("timed out")) {
            return new Disconnect(Cause.CONNECT_TIMEOUT, code, message);
        }
        if (failure instanceof NoRouteToHostException || message.contains("unreachable")) {
            return new Disconnect(Cause.UNREACHABLE, code, message);
        }
        if (failure instanceof ConnectException) {
            return new Disconnect(Cause.REFUSED, code, message);
        }
        if (failure instanceof HttpClosedException) {
            return new Disconnect(Cause.EOF, code, "closed without a close frame");
        }
        return new Disconnect(Cause.ERROR, code, failure.getClass().getSimpleName() + ": " + message);
    }

    private static String deepestMessage(Throwable failure) {
        String message = failure.getClass().getSimpleName();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            message = e.getMessage() == null ? message : e.getMessage();
        }
        return message;
    }

    /** The failure of an attempt, with the pause that the host demands. */
    static ConnectFailedException failed(Disconnect end, Throwable cause) {
        return new ConnectFailedException(end, pauseMs(cause), cause);
    }

    private static long pauseMs(Throwable cause) {
        if (cause instanceof RestFailedException rest) {
            return rest.pauseMs();
        }
        return cause instanceof UpgradeRejectedException rejected
                ? RetryAfter.pauseMs(rejected.getStatus(), rejected.getHeaders().get("Retry-After"), Instant.now())
                : 0;
    }
}
