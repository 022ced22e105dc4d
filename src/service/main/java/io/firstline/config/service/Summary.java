package io.firstline.config.service;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.feed.FeedConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Describes a configuration in plain words, for {@code firstline check} and the log at the start. */
final class Summary {
    private static final int STREAMS_SHOWN = 10;

    private Summary() {}

    static List<String> of(ServiceConfig config) {
        List<String> lines = new ArrayList<>();
        if (config.isClustered()) {
            lines.add(config.cluster().toString());
        }
        JsonObject simulator = config.simulator();
        if (simulator != null) {
            lines.add("simulator: " + settings(simulator));
        }
        for (FeedConfig feed : config.feeds()) {
            lines.add(feed.name() + ": " + of(feed, config.simulated().contains(feed.name())));
        }
        lines.addAll(budgets(config));
        BridgesConfig bridges = config.bridges();
        if (bridges.tcp() != null) {
            lines.add("TCP bridge on " + bridges.tcp().host() + ": "
                    + of(bridges.tcp().bridge()));
        }
        if (bridges.sockjs() != null) {
            lines.add("SockJS bridge at /eventbus: " + of(bridges.sockjs().bridge()));
        }
        RelayConfig relay = config.relay();
        if (relay != null) {
            lines.add("relay on " + relay.host() + ": "
                    + (relay.feeds().isEmpty() ? "all feeds" : "feeds " + String.join(", ", relay.feeds()))
                    + ", at most " + relay.limits().maxClients() + " clients");
        }
        return lines;
    }

    /**
     * Hosts for which the budget of five minutes is smaller than the number of connections, and the duration of the
     * start there.
     */
    private static List<String> budgets(ServiceConfig config) {
        Map<String, List<FeedConfig>> byHost = config.feeds().stream()
                .filter(feed -> !config.simulated().contains(feed.name()))
                .flatMap(feed -> feed.parts().stream())
                .filter(part -> limit(part) > 0)
                .collect(Collectors.groupingBy(
                        part -> URI.create(part.pool().connection().url()).getHost(),
                        TreeMap::new,
                        Collectors.toList()));
        List<String> lines = new ArrayList<>();
        byHost.forEach((host, parts) -> {
            int wanted = parts.stream().mapToInt(FeedConfig::connections).sum();
            int limit = parts.stream().mapToInt(Summary::limit).min().orElseThrow();
            int kept = limit / 3;
            int atOnce = limit - kept;
            if (wanted > atOnce) {
                int minutes = 5 * ((wanted - 1) / atOnce);
                lines.add("note: " + wanted + " connections to " + host + ", but \"connectsPer5Min\" allows " + limit
                        + " attempts in five minutes, " + kept
                        + " of them only for feeds without a connection: the first connection of "
                        + (parts.size() <= limit
                                ? "every pool opens at once"
                                : limit + " pools of " + parts.size() + " opens at once")
                        + ", all of them are open after about " + minutes + " minutes");
            }
        });
        return lines;
    }

    private static int limit(FeedConfig part) {
        return part.pool().connection().retry().connectsPer5Min();
    }

    private static String of(BridgeConfig bridge) {
        return "serves " + String.join(", ", bridge.feeds()) + " to at most " + bridge.maxClients()
                + (bridge.inbound() ? "; clients with the token may send requests" : "");
    }

    private static String settings(JsonObject simulator) {
        return simulator.isEmpty()
                ? "everything default"
                : simulator.stream()
                        .map(e -> e.getValue() instanceof JsonArray list
                                ? list.size() + " " + e.getKey()
                                : e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", "));
    }

    private static String count(FeedConfig feed) {
        if (feed.connections() == 1) {
            return "1 connection";
        }
        int fewest = feed.pool().minConnections();
        String from = fewest == feed.connections() ? "" : fewest + " to ";
        return from + feed.connections() + " connections";
    }

    private static String of(FeedConfig feed, boolean simulated) {
        WsConnectionConfig connection = feed.pool().connection();
        List<String> facts = new ArrayList<>();
        facts.add(count(feed) + " to " + place(connection, simulated));
        if (feed.parts().size() > 1) {
            facts.add(feed.parts().size() + " pools of as many connections each: "
                    + feed.parts().stream()
                            .map(part -> part.subscriptions().streams().size() + " streams on "
                                    + FeedUrl.masked(part.pool().connection().url()))
                            .collect(Collectors.joining(", ")));
        }
        if (!connection.furtherUrls().isEmpty()) {
            facts.add("alternating with "
                    + connection.furtherUrls().stream().map(FeedUrl::masked).collect(Collectors.joining(", ")));
        }
        if (feed.connections() > 1) {
            facts.add("ranked by " + name(feed.pool().rankBy()));
            facts.add("slow ones evicted every " + duration(feed.pool().evictIntervalMs()));
        } else if (!connection.autoReconnect()) {
            facts.add("not reconnected");
        }
        List<String> streams = feed.subscriptions().streams();
        if (!streams.isEmpty()) {
            facts.add("subscribes " + first(streams));
        }
        if (!connection.onConnect().isEmpty()) {
            facts.add("sends " + connection.onConnect().size() + " on connect");
        }
        if (!connection.headers().isEmpty()) {
            facts.add("headers "
                    + String.join(", ", new TreeSet<>(connection.headers().keySet())));
        }
        facts.add("published as " + name(feed.body())
                + (feed.streamPointer().isEmpty() ? "" : ", by stream at " + feed.streamPointer()));
        return String.join("; ", facts);
    }

    private static String place(WsConnectionConfig connection, boolean simulated) {
        if (!connection.endpoint().isNone()) {
            return "the URL given by " + FeedUrl.masked(connection.endpoint().url());
        }
        return FeedUrl.masked(simulated ? FeedUrl.withoutAddress(connection.url()) : connection.url());
    }

    private static String first(List<String> streams) {
        int more = streams.size() - STREAMS_SHOWN;
        return more <= 0
                ? String.join(", ", streams)
                : String.join(", ", streams.subList(0, STREAMS_SHOWN)) + " and " + more + " more";
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String duration(int ms) {
        return ms % 1_000 == 0 ? ms / 1_000 + " s" : ms + " ms";
    }
}
