package io.firstline.merge;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Connector;
import io.firstline.connection.Socket;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/**
 * The server of the recorded connections. An attempt to connect waits until the recording has a connection for it,
 * preferably the one of the same name, so that the merged stream names connections as they were.
 */
final class RecordedExchange implements Connector {
    private record Attempt(String connectionId, Promise<Socket> promise) {}

    private final VirtualClock clock;
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<RecordedSocket> untaken = new ArrayList<>();

    RecordedExchange(VirtualClock clock) {
        this.clock = clock;
    }

    @Override
    public Future<Socket> connect(WsConnectionConfig config) {
        Attempt attempt = new Attempt(config.connectionId(), Promise.promise());
        attempts.add(attempt);
        if (!untaken.isEmpty()) {
            clock.once(1, this::give);
        }
        return attempt.promise().future();
    }

    /** A recorded connection opens, now or at the next attempt to connect. */
    RecordedSocket open(String connectionId) {
        RecordedSocket socket = new RecordedSocket(clock, connectionId);
        untaken.add(socket);
        give();
        return socket;
    }

    /** A recorded connection has ended: no attempt gets it any more. */
    void closed(RecordedSocket socket) {
        untaken.remove(socket);
    }

    private void give() {
        while (!untaken.isEmpty() && !attempts.isEmpty()) {
            RecordedSocket socket = untaken.get(0);
            Attempt attempt = attempts.stream()
                    .filter(each -> each.connectionId().equals(socket.connectionId()))
                    .findFirst()
                    .orElse(attempts.get(0));
            attempts.remove(attempt);
            attempt.promise().complete(socket);
            if (socket.isTaken()) {
                untaken.remove(socket);
            }
        }
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
