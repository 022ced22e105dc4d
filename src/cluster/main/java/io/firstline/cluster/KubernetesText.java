package io.firstline.cluster;

import io.firstline.config.check.Sha256;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Writes and reads the objects of kind {@code Lease} in which Kubernetes keeps records and reports: one object for
 * each feed and one for each run of a node. Names of objects are hashes, because names of feeds may have capitals;
 * annotations have what Firstline reads. A version is an object's {@code uid} and {@code resourceVersion}: an object that
 * is deleted and made again has another {@code uid}. Pure.
 */
final class KubernetesText {
    private static final int HASH = 16;
    private static final String CLUSTER = "firstline/cluster";
    private static final String KIND = "firstline/kind";
    private static final String FEED = "firstline/feed";
    private static final String RUN = "firstline/run";
    private static final String RELEASED = "firstline/released";
    private static final String LEASE_MS = "firstline/leaseMs";
    private static final String ROUND = "firstline/round";
    private static final String ENDED = "firstline/ended";
    private static final String METADATA = "metadata";
    private static final String ANNOTATIONS = "annotations";
    private static final String UID = "uid";
    private static final String RESOURCE_VERSION = "resourceVersion";
    private static final String FEED_KIND = "feed";
    private static final String NODE_KIND = "node";

    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final String cluster;
    private final int leaseMs;

    /** Creates the texts of one cluster. */
    KubernetesText(String cluster, int leaseMs) {
        this.cluster = hash(cluster);
        this.leaseMs = leaseMs;
    }

    private static String hash(String text) {
        return Sha256.hex(text).substring(0, HASH);
    }

    /** Returns the query that finds all objects of the cluster. */
    String query() {
        return "?labelSelector=" + CLUSTER.replace("/", "%2F") + "%3D" + cluster;
    }

    /** Returns the name of the object with a run's reports. */
    String reportName(String holder) {
        return "firstline-" + cluster + "-node-" + hash(holder);
    }

    /** Returns the name of the object with a feed's record. */
    String recordName(String feed) {
        return "firstline-" + cluster + "-feed-" + hash(feed);
    }

    /**
     * Returns a report. Its round makes it differ from the last one: a server gives an equal object no new version.
     *
     * @param version of the object that it replaces; empty = there is none
     */
    JsonObject report(String holder, String version, long round, Instant now) {
        return report(holder, version, new JsonObject().put(ROUND, Long.toString(round)), now);
    }

    /** Returns the last report of a run that is ended by another node. */
    JsonObject end(String holder, String version, Instant now) {
        return report(holder, version, new JsonObject().put(ENDED, "true"), now);
    }

    private JsonObject report(String holder, String version, JsonObject annotations, Instant now) {
        String node = LeaseRecord.nodeOf(holder);
        annotations.put(RUN, holder.substring(node.length() + 1));
        return lease(reportName(holder), NODE_KIND, version, spec(node, leaseMs, now), annotations);
    }

    /** Returns a new record that nobody has. */
    JsonObject unowned(String feed) {
        return lease(recordName(feed), FEED_KIND, "", new JsonObject(), new JsonObject().put(FEED, feed));
    }

    /** Returns the record of a feed; its version is that of the object that it replaces. */
    JsonObject record(String feed, LeaseRecord record, Instant now) {
        JsonObject annotations = new JsonObject()
                .put(FEED, feed)
                .put(RUN, record.run())
                .put(RELEASED, Boolean.toString(record.released()))
                .put(LEASE_MS, Integer.toString(record.leaseMs()));
        JsonObject spec = spec(record.node(), record.leaseMs(), now)
                .put("leaseTransitions", record.epoch())
                .put("acquireTime", time(now));
        return lease(recordName(feed), FEED_KIND, record.version(), spec, annotations);
    }

    private static JsonObject spec(String node, int leaseMs, Instant now) {
        return new JsonObject()
                .put("holderIdentity", node)
                .put("leaseDurationSeconds", (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(leaseMs + 999L)))
                .put("renewTime", time(now));
    }

    private static String time(Instant now) {
        return MICRO_TIME.format(now);
    }

    private JsonObject lease(String name, String kind, String version, JsonObject spec, JsonObject annotations) {
        JsonObject metadata = new JsonObject()
                .put("name", name)
                .put("labels", new JsonObject().put(CLUSTER, cluster).put(KIND, kind))
                .put(ANNOTATIONS, annotations);
        if (!version.isEmpty()) {
            metadata.mergeIn(precondition(version));
        }
        return new JsonObject()
                .put("apiVersion", "coordination.k8s.io/v1")
                .put("kind", "Lease")
                .put(METADATA, metadata)
                .put("spec", spec);
    }

    /** Without the {@code uid}, a server would make an object that is missing. */
    private static JsonObject precondition(String version) {
        int slash = version.indexOf('/');
        return new JsonObject()
                .put(UID, version.substring(0, slash))
                .put(RESOURCE_VERSION, version.substring(slash + 1));
    }

    /** Returns the body of a request that deletes an object only in this version. */
    static JsonObject ifVersion(String version) {
        return new JsonObject()
                .put("apiVersion", "v1")
                .put("kind", "DeleteOptions")
                .put("preconditions", precondition(version));
    }

    /** Reads the version of an object; throws {@link IllegalArgumentException} if it has none. */
    static String version(JsonObject object) {
        JsonObject metadata = MessageFields.object(object, METADATA);
        return MessageFields.name(metadata, UID) + "/" + MessageFields.name(metadata, RESOURCE_VERSION);
    }

    /** Returns the round that has written a report; -1 = another node has ended its run. */
    static long round(JsonObject report) {
        JsonObject annotations = MessageFields.object(MessageFields.object(report, METADATA), ANNOTATIONS);
        return annotations.containsKey(ENDED) ? -1 : Long.parseLong(MessageFields.name(annotations, ROUND));
    }

    /**
     * Reads the list of all objects; throws {@link IllegalArgumentException} if it is none.
     *
     * @param reported the version of this node's report
     */
    LeaseRound.Answer answer(long number, String reported, JsonObject list) {
        Map<String, LeaseRecord> records = new HashMap<>();
        Map<String, String> reports = new HashMap<>();
        Set<String> ended = new HashSet<>();
        if (!(list.getValue("items") instanceof JsonArray items)) {
            throw new IllegalArgumentException("no list of leases");
        }
        for (int i = 0; i < items.size() && i < 2 * MessageFields.MOST_FEEDS; i++) {
            if (items.getValue(i) instanceof JsonObject item) {
                read(item, records, reports, ended);
            }
        }
        return new LeaseRound.Answer(number, reported, records, reports, ended);
    }

    private static void read(
            JsonObject item, Map<String, LeaseRecord> records, Map<String, String> reports, Set<String> ended) {
        try {
            String version = version(item);
            JsonObject metadata = MessageFields.object(item, METADATA);
            JsonObject annotations = MessageFields.object(metadata, ANNOTATIONS);
            String kind = MessageFields.name(MessageFields.object(metadata, "labels"), KIND);
            if (kind.equals(FEED_KIND)) {
                records.put(MessageFields.name(annotations, FEED), record(item, annotations, version));
            } else if (kind.equals(NODE_KIND)) {
                String node = MessageFields.name(MessageFields.object(item, "spec"), "holderIdentity");
                String holder = LeaseRecord.holder(node, MessageFields.name(annotations, RUN));
                reports.put(holder, version);
                if (annotations.containsKey(ENDED)) {
                    ended.add(holder);
                }
            }
        } catch (IllegalArgumentException e) {
            // not written by a node
        }
    }

    private static LeaseRecord record(JsonObject item, JsonObject annotations, String version) {
        try {
            JsonObject spec = MessageFields.object(item, "spec");
            return new LeaseRecord(
                    MessageFields.name(spec, "holderIdentity"),
                    MessageFields.name(annotations, RUN),
                    MessageFields.count(spec, "leaseTransitions"),
                    Boolean.parseBoolean(MessageFields.name(annotations, RELEASED)),
                    Integer.parseInt(MessageFields.name(annotations, LEASE_MS)),
                    version);
        } catch (IllegalArgumentException e) { // nobody has had it, or the record was not written by a node
            return LeaseRecord.none(version);
        }
    }
}
