package io.firstline.config.feed;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Limit;
import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.problem.Problem;
import io.firstline.config.venue.Heartbeat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Adds up what feeds use of the limits that all connections to a host or venue share. Pure functions. */
final class SharedLimitChecks {
    private SharedLimitChecks() {}

    private record Key(Limit limit, String place) {}

    /** What feeds use of one limit. */
    private static final class Use {
        private int connections;
        private int streams;
        private double sentPerSecond;

        void add(FeedConfig part, int share) {
            WsConnectionConfig connection = part.pool().connection();
            Heartbeat heartbeat = part.format().protocol().heartbeat();
            connections += share;
            streams += share * part.subscriptions().streams().size();
            sentPerSecond += share * 1_000.0 / connection.latencyPingIntervalMs();
            sentPerSecond += heartbeat.isNone() ? 0 : share * 1_000.0 / heartbeat.everyMs();
        }
    }

    /** A limit that feeds exceed. */
    record Excess(Limit limit, String place, String found, String key) {
        /** The problem of the only feed. */
        Problem of(FeedConfig feed) {
            String name = feed.venue().name();
            String more = limit.what() != What.CONNECTIONS || key.equals("streams")
                    ? ""
                    : "; if your plan allows more, a profile of your own that extends \"" + name + "\" says so";
            return new Problem("/" + key, found, allowed(name) + more);
        }

        /** The problem of feeds together. */
        Problem ofAll() {
            return new Problem("/feeds", found, allowed(place));
        }

        private String allowed(String where) {
            return "at most " + limit.text() + ", the limit at " + where;
        }
    }

    /** The most connections, up to a number, that the limits allow one pool; at least one. */
    static int allowed(int wanted, WsConnectionConfig connection) {
        List<String> urls = connection.urls();
        int allowed = wanted;
        for (Limit limit : connection.limitsOf(What.CONNECTIONS)) {
            while (allowed > 1 && atOnePlace(limit, urls, allowed) > limit.max()) {
                allowed--;
            }
        }
        return allowed;
    }

    /** The most of a pool's connections that share a limit, which take turns with the URLs. */
    private static int atOnePlace(Limit limit, List<String> urls, int connections) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < connections; i++) {
            counts.merge(limit.place(urls.get(i % urls.size())), 1, Integer::sum);
        }
        return Collections.max(counts.values());
    }

    /** The limits that these feeds exceed together. */
    static List<Excess> problems(List<FeedConfig> feeds) {
        Map<Key, Use> uses = new LinkedHashMap<>();
        feeds.stream().flatMap(feed -> feed.parts().stream()).forEach(part -> add(part, uses));
        List<Excess> excesses = new ArrayList<>();
        uses.forEach((key, use) -> {
            Excess excess = excess(key, use);
            if (excess != null) {
                excesses.add(excess);
            }
        });
        return excesses;
    }

    private static void add(FeedConfig part, Map<Key, Use> uses) {
        WsConnectionConfig connection = part.pool().connection();
        List<ConnectTarget> targets = ConnectTarget.of(connection);
        for (Limit limit : connection.limits()) {
            if (limit.scope() == Scope.CONNECTION) {
                continue;
            }
            for (int i = 0; i < part.connections(); i++) { // connections take turns
                uses.computeIfAbsent(
                                new Key(limit, targets.get(i % targets.size()).place(limit)), any -> new Use())
                        .add(part, 1);
            }
        }
    }

    private static Excess excess(Key key, Use use) {
        Limit limit = key.limit();
        double sent = use.sentPerSecond * limit.perMs() / 1_000;
        if (limit.what() == What.CONNECTIONS && use.connections > limit.max()) {
            return new Excess(limit, key.place(), use.connections + " connections", "connections");
        } else if (limit.what() == What.CONNECTS && use.connections > limit.max() && limit.perMs() >= 60_000) {
            return new Excess(limit, key.place(), use.connections + " connections", "connections");
        } else if (limit.what() == What.STREAMS && use.streams > limit.max()) {
            return new Excess(limit, key.place(), use.streams + " streams on all connections", "streams");
        } else if (limit.what() == What.FRAMES && sent > limit.max()) {
            return new Excess(
                    limit,
                    key.place(),
                    String.format(
                            Locale.ROOT, "%.0f pings and heartbeats of all connections in %d ms", sent, limit.perMs()),
                    "latencyPingIntervalMs");
        }
        return null;
    }
}
