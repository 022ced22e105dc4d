package io.firstline.pool;

import io.firstline.connection.WsConnection;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.Stream;

/** Writes to a feed's connections and tells how many took it: a message that went nowhere is a failure. Belongs to the feed's context. */
final class Sender {
    /** Something to write to one connection. */
    interface Write {
        Future<Void> to(WsConnection connection);
    }

    /** Chooses among live connections; null if there is none. */
    interface Choice {
        WsConnection among(Stream<WsConnection> live);
    }

    private final String feed;
    private final Roster roster;
    private final Choice fastest;

    Sender(String feed, Roster roster, Choice fastest) {
        this.feed = feed;
        this.roster = roster;
        this.fastest = fastest;
    }

    /** Writes through the connections that the route names; succeeds with how many took it, fails if none did. */
    Future<Integer> send(Route route, Write write) {
        List<WsConnection> live =
                roster.seated().stream().map(m -> m.connection).toList();
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
