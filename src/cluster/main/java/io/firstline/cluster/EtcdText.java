package io.firstline.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes rounds and reads answers in the JSON of etcd's gateway: keys and values in Base64, numbers as texts. Pure. */
final class EtcdText {
    /** The most records and the most reports that are read. */
    private static final int MOST = MessageFields.MOST_FEEDS;

    private static final String KEY = "key";
    private static final String VALUE = "value";
    private static final String MOD_REVISION = "mod_revision";

    private final String feeds;
    private final String reports;
    private final int leaseMs;

    /**
     * Creates the texts of one cluster.
     *
     * @param prefix the beginning of all its keys
     */
    EtcdText(String prefix, int leaseMs) {
        this.feeds = prefix + "feeds/";
        this.reports = prefix + "nodes/";
        this.leaseMs = leaseMs;
    }

    /** Returns the transaction of a round, for {@code /v3/kv/txn}. */
    JsonObject request(LeaseRound round) {
        JsonArray operations =
                new JsonArray().add(put(reports + round.holder(), new JsonObject().put("leaseMs", leaseMs)));
        round.changes().forEach(change -> operations.add(new JsonObject().put("request_txn", transaction(change))));
        return new JsonObject()
                .put("compare", new JsonArray().add(isThere(reports + round.holder(), round.reported())))
                .put("success", operations.add(all(feeds, false)).add(all(reports, true)));
    }

    private static JsonObject isThere(String report, String reported) {
        return reported.isEmpty()
                ? isAt(report, "")
                : compared(report, "GREATER", Long.toString(Long.parseLong(reported) - 1));
    }

    /** Returns the request for all reports, for {@code /v3/kv/range}. */
    JsonObject reportsRequest() {
        return all(reports, true).getJsonObject("request_range");
    }

    private JsonObject transaction(LeaseRound.Change change) {
        JsonArray conditions = new JsonArray();
        if (change instanceof LeaseRound.Forget forget) {
            String key = reports + forget.holder();
            return ifAll(
                    conditions.add(isAt(key, forget.version())),
                    new JsonObject().put("request_delete_range", new JsonObject().put(KEY, encoded(key))));
        } else if (change instanceof LeaseRound.Begin begin) {
            String key = feeds + begin.feed();
            return ifAll(conditions.add(isAt(key, "")), put(key, new JsonObject()));
        }
        LeaseRound.Put put = (LeaseRound.Put) change;
        String key = feeds + put.feed();
        conditions.add(isAt(key, put.record().version()));
        if (put.lost() != null) {
            conditions.add(isAt(reports + put.lost(), put.lostVersion()));
        }
        return ifAll(conditions, put(key, json(put.record())));
    }

    private static JsonObject ifAll(JsonArray conditions, JsonObject operation) {
        return new JsonObject().put("compare", conditions).put("success", new JsonArray().add(operation));
    }

    /** The key has not changed since a revision; empty = there is none. */
    private static JsonObject isAt(String key, String revision) {
        return compared(key, "EQUAL", revision.isEmpty() ? "0" : revision);
    }

    private static JsonObject compared(String key, String result, String revision) {
        return new JsonObject()
                .put("target", "MOD")
                .put("result", result)
                .put(KEY, encoded(key))
                .put(MOD_REVISION, revision);
    }

    private static JsonObject put(String key, JsonObject value) {
        return new JsonObject()
                .put("request_put", new JsonObject().put(KEY, encoded(key)).put(VALUE, encoded(value.encode())));
    }

    private static JsonObject all(String prefix, boolean keysOnly) {
        String end = prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
        return new JsonObject()
                .put(
                        "request_range",
                        new JsonObject()
                                .put(KEY, encoded(prefix))
                                .put("range_end", encoded(end))
                                .put("limit", Integer.toString(MOST))
                                .put("keys_only", keysOnly));
    }

    private static JsonObject json(LeaseRecord record) {
        return new JsonObject()
                .put("node", record.node())
                .put("run", record.run())
                .put("epoch", record.epoch())
                .put("released", record.released())
                .put("leaseMs", record.leaseMs());
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(JsonObject json, String key) {
        return json.getValue(key) instanceof String text
                ? new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8)
                : "";
    }

    /** Reads the answer of a round; empty = its run has ended. Throws {@link IllegalArgumentException} if it is invalid. */
    Optional<LeaseRound.Answer> answer(long number, JsonObject json) {
        try {
            if (json.getJsonObject("header") != null && !json.getBoolean("succeeded", false)) {
                return Optional.empty();
            }
            JsonArray responses = json.getJsonArray("responses");
            int size = responses.size();
            Map<String, LeaseRecord> records = new HashMap<>();
            entries(responses.getJsonObject(size - 2).getJsonObject("response_range"), feeds)
                    .forEach((feed, entry) -> records.put(feed, record(entry)));
            return Optional.of(new LeaseRound.Answer(
                    number,
                    text(json.getJsonObject("header"), "revision"),
                    records,
                    reports(responses.getJsonObject(size - 1).getJsonObject("response_range")),
                    Set.of()));
        } catch (ClassCastException | NullPointerException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("no answer to a transaction", e);
        }
    }

    /** Reads the revision of each report from the answer to {@link #reportsRequest}. */
    Map<String, String> reports(JsonObject range) {
        Map<String, String> found = new HashMap<>();
        entries(range, reports).forEach((holder, entry) -> {
            if (holder.indexOf('/') > 0) {
                found.put(holder, text(entry, MOD_REVISION));
            }
        });
        return found;
    }

    private static Map<String, JsonObject> entries(JsonObject range, String prefix) {
        Map<String, JsonObject> entries = new HashMap<>();
        JsonArray found = range.getJsonArray("kvs", new JsonArray());
        for (int i = 0; i < found.size(); i++) {
            String key = decoded(found.getJsonObject(i), KEY);
            if (key.startsWith(prefix)) {
                entries.put(key.substring(prefix.length()), found.getJsonObject(i));
            }
        }
        return entries;
    }

    private static LeaseRecord record(JsonObject entry) {
        String revision = text(entry, MOD_REVISION);
        try {
            JsonObject value = new JsonObject(decoded(entry, VALUE));
            return new LeaseRecord(
                    MessageFields.name(value, "node"),
                    MessageFields.name(value, "run"),
                    MessageFields.count(value, "epoch"),
                    MessageFields.flag(value, "released"),
                    MessageFields.count(value, "leaseMs"),
                    revision);
        } catch (RuntimeException e) { // not written by a node: nobody can have the feed by it
            return LeaseRecord.none(revision);
        }
    }

    /** Throws {@link IllegalArgumentException} if it is no number. */
    private static String text(JsonObject json, String key) {
        return Long.toString(Long.parseLong(json.getString(key)));
    }
}
