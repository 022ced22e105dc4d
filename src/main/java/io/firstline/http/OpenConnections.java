package io.firstline.http;

import io.vertx.core.http.HttpConnection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The connections of browsers and scrapers, of which there are never more than a limit: for a new one the one that has been idle longest
 * goes, so that thousands of idle ones do not keep the operator out. Belongs to one event loop.
 */
final class OpenConnections {
    private final int limit;
    /** Who spoke last stands last. */
    private final Set<HttpConnection> open = new LinkedHashSet<>();
    /** Those that are listening to updates: they are not idle though they say nothing; they have a limit of their own. */
    private final Set<HttpConnection> listening = new LinkedHashSet<>();

    OpenConnections(int limit) {
        this.limit = limit;
    }

    void opened(HttpConnection connection) {
        open.add(connection);
        connection.closeHandler(v -> {
            open.remove(connection);
            listening.remove(connection);
        });
        if (open.size() > limit) {
            HttpConnection idle = open.iterator().next();
            open.remove(idle);
            idle.close();
        }
    }

    /** A whole request has come on it. */
    void spoke(HttpConnection connection) {
        if (open.remove(connection)) {
            open.add(connection);
        }
    }

    /** It stays open for what is sent to it. */
    void listens(HttpConnection connection) {
        if (open.remove(connection)) {
            listening.add(connection);
        }
    }

    /** It serves a client of a bridge, which has a limit of its own. */
    void forget(HttpConnection connection) {
        open.remove(connection);
        listening.remove(connection);
    }

    int size() {
        return open.size() + listening.size();
    }
}
