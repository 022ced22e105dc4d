package io.firstline.merge;

import io.firstline.connection.Socket;
import io.firstline.connection.WsFrame;
import io.firstline.recording.RecordedEntry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrameType;

/**
 * A recorded connection as the pool sees it. It answers pings, ignores other messages, and ends when it ended in the
 * recording. A pool that closes it earlier, because it replaces it, gets the rest as it would from a slow server.
 */
final class RecordedSocket implements Socket {
    private final VirtualClock clock;
    private final String connectionId;
    private Listener listener;
    private boolean closing;
    private boolean gone;

    RecordedSocket(VirtualClock clock, String connectionId) {
        this.clock = clock;
        this.connectionId = connectionId;
    }

    String connectionId() {
        return connectionId;
    }

    /** Whether a listener is set: an attempt that was cancelled meanwhile has none. */
    boolean isTaken() {
        return listener != null;
    }

    /** Plays a recorded event; returns whether a listener received it. */
    boolean happen(RecordedEntry entry) {
        if (gone || listener == null) {
            return false;
        }
        switch (entry.kind()) {
            case TEXT -> listener.frame(new WsFrame(WebSocketFrameType.TEXT, entry.payload(), true));
            case BINARY -> listener.frame(new WsFrame(WebSocketFrameType.BINARY, entry.payload(), true));
            case CLOSED -> {
                gone = true;
                listener.ended();
            }
            case OPENED -> {}
        }
        return true;
    }

    @Override
    public void listen(Listener newListener) {
        listener = newListener;
    }

    @Override
    public Future<Void> writeText(String text) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> writeBinary(Buffer payload) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> writePing(Buffer payload) {
        clock.once(1, () -> {
            if (!gone && listener != null) {
                listener.frame(new WsFrame(WebSocketFrameType.PONG, payload, true));
                listener.pong(payload);
            }
        });
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> writePong(Buffer payload) {
        return Future.succeededFuture();
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public Future<Void> close(int code, String reason) {
        closing = true;
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> cutOff() {
        gone |= !closing;
        return Future.succeededFuture();
    }

    @Override
    public Short closeCode() {
        return null;
    }

    @Override
    public String closeReason() {
        return null;
    }
}
