package io.firstline.deploy.node;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * This node's view of its cluster, for status, metrics and readiness; available even while no feed runs. Immutable.
 *
 * @param isMember whether this node is a member of a cluster; a node that is not needs no majority
 * @param node this node
 * @param members the configured number of members
 * @param present the members that this node hears, itself included
 * @param majority whether enough members hear each other to publish feeds
 * @param withoutMajorityMs how long there has been no majority; 0 while there is one
 * @param shed how many feeds this node does not compare with their owners because it is overloaded
 * @param pauseMs how long this process pauses at times, milliseconds; 0 = it does not
 */
public record ClusterFacts(
        boolean isMember,
        String node,
        int members,
        List<String> present,
        boolean majority,
        long withoutMajorityMs,
        int shed,
        int pauseMs) {
    /** A node that is not a member of a cluster. */
    public static final ClusterFacts ALONE = new ClusterFacts(false, "", 0, List.of(), true, 0, 0, 0);

    private static final String MAP = "firstline.cluster";
    private static final String SEEN = "seen";
    private static final String LOAD = "load";

    public ClusterFacts {
        present = List.copyOf(present);
    }

    /** The last view, and the clock by which it grows older. */
    private record Seen(
            String node, int members, List<String> present, boolean majority, long sinceNanos, LongSupplier nowNanos)
            implements Shareable {}

    private record Load(int shed, int pauseMs) implements Shareable {}

    /**
     * Sets how well this node keeps up.
     *
     * @param shed how many feeds it does not compare with their owners because it is overloaded
     * @param pauseMs how long its process pauses at times, milliseconds
     */
    public static void load(Vertx vertx, int shed, int pauseMs) {
        vertx.sharedData().<String, Load>getLocalMap(MAP + "." + LOAD).put(LOAD, new Load(shed, pauseMs));
    }

    /**
     * Sets the current view.
     *
     * @param sinceNanos since when there is a majority, or none
     * @param nowNanos the clock of that time
     */
    public static void update(
            Vertx vertx,
            String node,
            int members,
            Collection<String> present,
            boolean majority,
            long sinceNanos,
            LongSupplier nowNanos) {
        map(vertx).put(SEEN, new Seen(node, members, List.copyOf(present), majority, sinceNanos, nowNanos));
    }

    /** This node is no longer a member. */
    public static void forget(Vertx vertx) {
        map(vertx).remove(SEEN);
        load(vertx, 0, 0);
    }

    /** Returns the last view; {@link #ALONE} = this node is not a member of a cluster. May be called on any thread. */
    public static ClusterFacts of(Vertx vertx) {
        Seen seen = map(vertx).get(SEEN);
        if (seen == null) {
            return ALONE;
        }
        Load load =
                vertx.sharedData().<String, Load>getLocalMap(MAP + "." + LOAD).getOrDefault(LOAD, new Load(0, 0));
        long sinceNanos = Math.max(0, seen.nowNanos().getAsLong() - seen.sinceNanos());
        return new ClusterFacts(
                true,
                seen.node(),
                seen.members(),
                seen.present(),
                seen.majority(),
                seen.majority() ? 0 : TimeUnit.NANOSECONDS.toMillis(sinceNanos),
                load.shed(),
                load.pauseMs());
    }

    /** Adds a member's view to a status, as {@code cluster}; adds nothing if this node is not a member. */
    public JsonObject addTo(JsonObject status) {
        return isMember
                ? status.put(
                        StatusKeys.CLUSTER,
                        new JsonObject()
                                .put(StatusKeys.NODE, node)
                                .put(StatusKeys.MEMBERS, members)
                                .put(StatusKeys.PRESENT, new JsonArray(present))
                                .put(StatusKeys.MAJORITY, majority)
                                .put(StatusKeys.WITHOUT_MAJORITY_MS, withoutMajorityMs)
                                .put(StatusKeys.SHED, shed)
                                .put(StatusKeys.PAUSE_MS, pauseMs))
                : status;
    }

    private static LocalMap<String, Seen> map(Vertx vertx) {
        return vertx.sharedData().getLocalMap(MAP);
    }
}
