package io.firstline.feed;

import io.firstline.connection.WsConnection;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sends messages on a feed's connections and reports how many accepted it; none is a failure. Runs on the feed's
 * context.
 */
final class MessageSender {
    /** Writes one message to one connection. */
    interface Write {
        Future<Void> to(WsConnection connection);
    }

    /** Chooses a live connection; null if there is none. */
    interface Choice {
        WsConnection among(Stream<WsConnection> live);
    }

    private final String feed;
    private final SlotTable slotTable;
    private final Choice fastest;

    MessageSender(String feed, SlotTable slotTable, Choice fastest) {
        this.feed = feed;
        this.slotTable = slotTable;
        this.fastest = fastest;
    }

    /** Sends on the connections of the route; succeeds with the number that accepted the message, fails if none did. */
    Future<Integer> send(Route route, Write write) {
        List<WsConnection> live =
                slotTable.placed().stream().map(m -> m.connection).toList();
        List<WsConnection> through = through(route, live);
        if (through.isEmpty()) {
            return Future.failedFuture(new IllegalStateException(
                    live.isEmpty()
                            ? feed + " has no live connection"
                            : feed + " has no live connection " + route.connectionId() + ", there are "
                                    + live.stream().map(WsConnection::id).toList()));
        }
        List<Future<Void>> writes = through.stream().map(write::to).toList();
        return Future.join(writes).transform(all -> {
            int written = (int) writes.stream().filter(Future::succeeded).count();
            return written > 0 ? Future.succeededFuture(written) : Future.failedFuture(all.cause());
        });
    }

    private List<WsConnection> through(Route route, List<WsConnection> live) {
        return switch (route.kind()) {
            case ALL -> live;
            case FASTEST -> Stream.ofNullable(fastest.among(live.stream())).toList();
            case CONNECTION ->
                live.stream().filter(c -> c.id().equals(route.connectionId())).toList();
        };
    }
}
