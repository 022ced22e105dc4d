package io.firstline.bus;

import io.firstline.feed.StatusKeys;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * This node's view of its cluster, for status, metrics and readiness; available even while no feed runs. Thread-safe.
 *
 * <p>As JSON: {@code node}, {@code members} (the configured number), {@code present} (the members that this node
 * hears, itself included), {@code majority}, {@code withoutMajorityMs} (0 while there is one).
 */
public final class ClusterFacts {
    private static final String MAP = "firstline.cluster";
    private static final String SEEN = "seen";
    private static final String SINCE = "sinceNanos";

    private ClusterFacts() {}

    /**
     * Sets the current view.
     *
     * @param sinceNanos since when there is a majority, or none, by {@link System#nanoTime()}
     */
    public static void tell(
            Vertx vertx, String node, int members, Collection<String> present, boolean majority, long sinceNanos) {
        map(vertx)
                .put(
                        SEEN,
                        new JsonObject()
                                .put(StatusKeys.NODE, node)
                                .put(StatusKeys.MEMBERS, members)
                                .put(StatusKeys.PRESENT, new JsonArray(List.copyOf(present)))
                                .put(StatusKeys.MAJORITY, majority)
                                .put(SINCE, sinceNanos));
    }

    /** This node is no longer a member. */
    public static void forget(Vertx vertx) {
        map(vertx).remove(SEEN);
    }

    /** Returns the last view; null = this node is not a member of a cluster. */
    public static JsonObject of(Vertx vertx) {
        JsonObject seen = map(vertx).get(SEEN);
        if (seen == null) {
            return null;
        }
        JsonObject facts = seen.copy();
        long sinceNanos = (Long) facts.remove(SINCE);
        return facts.put(
                StatusKeys.WITHOUT_MAJORITY_MS,
                facts.getBoolean(StatusKeys.MAJORITY)
                        ? 0L
                        : TimeUnit.NANOSECONDS.toMillis(Math.max(0, System.nanoTime() - sinceNanos)));
    }

    private static LocalMap<String, JsonObject> map(Vertx vertx) {
        return vertx.sharedData().getLocalMap(MAP);
    }
}
