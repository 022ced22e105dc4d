package io.firstline.connection;

import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.Disconnect.Cause;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.WebSocketFrame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one connection ends: by our close frame, by the peer's, by an error, or with TCP alone. Ends TCP after a timeout
 * if the peer does not.
 */
final class ClosingHandshake {
    private static final Logger LOG = LoggerFactory.getLogger(ClosingHandshake.class);
    /** The time that a closing socket has until its TCP connection is closed by force. */
    static final long TIMEOUT_MS = 2_000;

    private static final int NO_CODE = 1_005;

    private final Scheduler scheduler;
    private final String connectionId;
    private final int maxMessageBytes;
    private Disconnect byUs;
    private boolean begun;
    private Throwable failure;

    ClosingHandshake(Scheduler scheduler, String connectionId, int maxMessageBytes) {
        this.scheduler = scheduler;
        this.connectionId = connectionId;
        this.maxMessageBytes = maxMessageBytes;
    }

    /** We close the connection, open or not. */
    void closedByUs(int code, String reason) {
        byUs = ConnectionEnd.byUs(code, reason);
    }

    /** We close the open connection: this is why it ends, whatever the peer sends. */
    void begin(Socket socket, Runnable whenCut) {
        begun = true;
        send(socket, whenCut);
    }

    /** Whether we have closed the open connection. */
    boolean isBegun() {
        return begun;
    }

    /** The socket reported an error; the first that says more than that it has ended counts. */
    void failed(Throwable cause) {
        if (failure == null || failure instanceof HttpClosedException) {
            failure = cause;
        }
    }

    /** Sends our close frame. */
    void send(Socket socket, Runnable whenCut) {
        socket.close(byUs.code(), byUs.reason())
                .onFailure(e -> LOG.debug("{} close: {}", connectionId, e.getMessage()));
        cutOffSoon(socket, whenCut);
    }

    /**
     * Ends TCP after a timeout. Vert.x' own closing timeout is not enough. It does not run after the peer's close
     * frame, nor before ours is written, and a peer that does not read prevents that.
     */
    void cutOffSoon(Socket socket, Runnable whenCut) {
        scheduler.once(TIMEOUT_MS, () -> socket.cutOff().onComplete(done -> {
            LOG.debug("{} has ended, or was closed by force", connectionId);
            whenCut.run();
        }));
    }

    /** The end by the peer's close frame. */
    Disconnect by(WebSocketFrame frame) {
        // for a frame without a code, Vert.x returns 1000; RFC 6455, 7.1.5, says 1005
        int code = frame.binaryData().length() == 0 ? NO_CODE : frame.closeStatusCode();
        return ConnectionEnd.closed(code, frame.closeReason());
    }

    /** The end of a connection whose TCP has ended. */
    Disconnect end(Socket socket) {
        if (begun) {
            return byUs;
        }
        if (failure != null) {
            Disconnect why = ConnectionEnd.of(failure, 1006);
            return why.cause() == Cause.OVERSIZE
                    ? new Disconnect(why.cause(), why.code(), why.reason() + ", which is " + maxMessageBytes)
                    : why;
        }
        Short code = socket.closeCode();
        return code == null || code == 1006
                ? new Disconnect(Cause.EOF, 1006, "closed without a close frame")
                : ConnectionEnd.closed(code, socket.closeReason());
    }

    /** Whether the header of a frame announced more than the limit: nobody has counted this message yet. */
    boolean isOversizeFrame(Disconnect end) {
        return end.cause() == Cause.OVERSIZE && failure != null;
    }
}
