package io.firstline.config.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.DailyWindow;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.venue.Venue;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Converts the keys of a feed that concern its connections together: how many there are, and when they are replaced. */
final class PoolReader {
    private static final SchemaKeys KEYS = SchemaKeys.FEED;
    private static final List<String> POOL_KEYS = Arrays.stream(WsPoolConfig.class.getRecordComponents())
            .map(RecordComponent::getName)
            .filter(key -> KEYS.has(key) && !key.equals("connections"))
            .toList();

    private final FeedJson json;
    private final Venue venue;
    private final WsConnectionConfig connection;
    private final int connections;

    /** @param venue null = none, or it is not known */
    PoolReader(FeedJson json, Venue venue, WsConnectionConfig connection) {
        this.json = json;
        this.venue = venue;
        this.connection = connection;
        this.connections = json.isBroken("connections") ? WsPoolConfig.MAX_CONNECTIONS : mostConnections();
    }

    /** Reads the pool; of one connection, too. */
    WsPoolConfig read() {
        if (!json.isBroken("connections")) {
            checkCount();
        }
        return connections == 1 ? WsPoolConfig.of(connection) : pool();
    }

    /** The number of connections, or the most of them. */
    int connections() {
        return connections;
    }

    private int mostConnections() {
        JsonNode range = json.path("connections");
        if (!range.isObject()) {
            return range.asInt(otherwise());
        }
        int max = range.path("max").asInt(WsPoolConfig.MAX_CONNECTIONS); // absent if it was wrong
        int min = range.path("min").asInt(2);
        if (min > max) {
            json.report("/connections/min", String.valueOf(min), "at most \"max\", " + max);
        }
        return max;
    }

    /** The number of connections of a feed that does not say it: the default, but not more than the venue allows. */
    private int otherwise() {
        int most = venue == null ? 0 : venue.limits().maxConnections();
        int wanted = most == 0 ? WsPoolConfig.DEFAULT_CONNECTIONS : Math.min(most, WsPoolConfig.DEFAULT_CONNECTIONS);
        return SharedLimitChecks.allowed(wanted, connection);
    }

    private WsPoolConfig pool() {
        Map<String, Object> values = Map.of(
                "connection",
                connection,
                "connections",
                connections,
                "minConnections",
                Math.min(connections, json.path("connections").path("min").asInt(connections)),
                "maxAgeMs",
                json.number("maxAgeMs", maxAgeMs()),
                "rotationWindows",
                windows());
        return json.read(WsPoolConfig.class, values, WsPoolConfig.of(connection).withConnections(connections));
    }

    /** Slightly less than the venue's limit, if that is below the default. */
    private int maxAgeMs() {
        int allowed = venue == null ? 0 : venue.limits().maxAgeMs();
        int longest = KEYS.defaultNumber("maxAgeMs");
        return allowed == 0 ? longest : Math.min(longest, (int) (allowed * 23L / 24));
    }

    private List<DailyWindow> windows() {
        List<DailyWindow> windows = new ArrayList<>();
        List<String> texts = json.texts("rotationWindows");
        for (int i = 0; i < texts.size(); i++) {
            try {
                windows.add(DailyWindow.parse(texts.get(i)));
            } catch (InvalidConfigException e) {
                json.report("/rotationWindows/" + i, ProblemText.quoted(texts.get(i)), DailyWindow.ALLOWED);
            }
        }
        return windows;
    }

    /** Checks that keys for pools appear only with pools, and keys for single connections only with those. */
    private void checkCount() {
        if (connections == 1) {
            POOL_KEYS.stream()
                    .filter(json::has)
                    .forEach(key -> json.report(
                            ProblemText.step(key),
                            ProblemText.found(ProblemText.step(key), json.path(key)),
                            "this key only with 2 \"connections\" or more"));
        } else if (!json.flag("autoReconnect", true)) {
            json.report(
                    "/autoReconnect", "false", "true, or \"connections\": 1; a pool always replaces a lost connection");
        }
    }
}
