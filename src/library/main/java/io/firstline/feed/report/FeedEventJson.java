package io.firstline.feed.report;

import io.firstline.connection.report.DropCause;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The events as JSON: {@code event}, {@code feed} and {@code micros}, then the facts, then {@code shard} if the feed is
 * sharded.
 */
final class FeedEventJson {
    private static final Map<Class<?>, BiConsumer<FeedFact, JsonObject>> FORMS = new HashMap<>();

    static {
        formsOfConnections();
        formsOfStreams();
        formsOfProfiles();
        formsOfFeeds();
    }

    private FeedEventJson() {}

    private static void formsOfConnections() {
        form(FeedFact.Connected.class, (e, json) -> json.put("connection", e.connection())
                .put("path", e.path().toJson()));
        form(FeedFact.Disconnected.class, (e, json) -> json.put("connection", e.connection())
                .put("cause", e.end().label())
                .put("code", e.end().code())
                .put("reason", e.end().reason())
                .put("ageMs", e.ageMs()));
        form(FeedFact.ConnectFailed.class, (e, json) -> json.put(
                        "cause", e.end().label())
                .put("reason", e.end().reason())
                .put("url", e.url()));
        form(
                FeedFact.ConnectWaiting.class,
                (e, json) -> json.put("waitMs", e.waitMs()).put("url", e.url()).put("reason", e.reason()));
        form(FeedFact.InStep.class, (e, json) -> json.put("connection", e.connection())
                .put("alone", e.alone()));
        form(FeedFact.OutOfStep.class, (e, json) -> json.put("connection", e.connection()));
        form(FeedFact.Evicted.class, (e, json) -> json.put("connection", e.connection())
                .put("replacement", e.replacement())
                .put("reason", e.reason().toString())
                .put("compared", e.compared())
                .put("latencyMs", rounded(e.latencyMs()))
                .put("lagP99Micros", e.lagP99Micros()));
        form(FeedFact.EvictionAbandoned.class, (e, json) -> json.put("connection", e.connection())
                .put("replacement", e.replacement())
                .put("reason", e.reason()));
        form(FeedFact.CopiesMissing.class, (e, json) -> json.put("connection", e.connection())
                .put("share", rounded(e.share()))
                .put("missing", e.missing())
                .put("messages", e.messages())
                .put("streams", array(e.streams()))
                .put("over", e.over()));
        form(FeedFact.LossesShared.class, (e, json) -> json.put("connections", array(e.connections()))
                .put("share", rounded(e.share()))
                .put("over", e.over()));
        form(FeedFact.Resized.class, (e, json) -> {
            json.put("connections", e.connections());
            putIfKnown(json, "connection", e.connection());
            json.put("reason", e.reason());
        });
        form(FeedFact.Advice.class, (e, json) -> json.put("advice", e.advice()).put("reason", e.reason()));
    }

    private static void formsOfStreams() {
        form(FeedFact.ConnectionSilent.class, (e, json) -> {
            json.put("connection", e.connection());
            putIfKnown(json, "stream", e.stream());
        });
        form(FeedFact.StreamSilent.class, (e, json) -> {
            putIfKnown(json, "stream", e.stream());
            json.put("silentMs", e.silentMs());
        });
        form(FeedFact.NoFirstData.class, (e, json) -> json.put("streams", array(e.streams()))
                .put("waitedMs", e.waitedMs()));
        form(FeedFact.Gap.class, (e, json) -> json.put("stream", e.stream())
                .put("from", e.from())
                .put("to", e.to())
                .put("state", e.fate().name().toLowerCase(Locale.ROOT))
                .put("connection", e.connection())
                .put("lackedBy", array(e.lackedBy())));
        form(FeedFact.ConnectionGap.class, (e, json) -> json.put("connection", e.connection())
                .put("from", e.from())
                .put("to", e.to())
                .put("missing", e.missing()));
        form(FeedFact.Conflict.class, (e, json) -> json.put("connection", e.connection())
                .put("stream", e.stream()));
        form(FeedFact.ShutdownAnnounced.class, (e, json) -> json.put("connection", e.connection()));
        form(FeedFact.SubscribeFailed.class, (e, json) -> json.put("connection", e.connection())
                .put("streams", array(e.streams()))
                .put("reason", e.reason()));
        form(FeedFact.StreamRefused.class, (e, json) -> json.put("stream", e.stream())
                .put("reason", e.reason()));
        form(FeedFact.ServerError.class, (e, json) -> {
            json.put("connection", e.connection()).put("text", e.text()).put("omitted", e.omitted());
            putIfAny(json, "streams", e.streams());
        });
    }

    private static void formsOfProfiles() {
        form(FeedFact.LinesDiffer.class, (e, json) -> json.put("connections", array(e.connections()))
                .put("class", e.streamClass().isEmpty() ? null : e.streamClass())
                .put("members", array(e.members()))
                .put("keyCandidates", array(e.keyCandidates()))
                .put("reason", e.reason()));
        form(FeedFact.NotFound.class, (e, json) -> {
            json.put("what", e.what().label())
                    .put("pointers", array(e.pointers()))
                    .put("members", array(e.members()));
            putIfKnown(json, "class", e.streamClass().isEmpty() ? null : e.streamClass());
            json.put("reason", e.reason());
        });
        form(FeedFact.ProtocolDiffers.class, (e, json) -> json.put("connection", e.connection())
                .put("reason", e.reason())
                .put("omitted", e.omitted()));
        form(FeedFact.Resubscribed.class, (e, json) -> json.put("connection", e.connection())
                .put("stream", e.stream()));
        form(FeedFact.SnapshotAfterLoss.class, (e, json) -> json.put("connection", e.connection())
                .put("stream", e.stream())
                .put("number", e.number()));
        form(FeedFact.StreamsIgnored.class, (e, json) -> json.put("limit", e.limit())
                .put("reason", e.reason()));
        form(FeedFact.SeveralValues.class, (e, json) -> json.put("connection", e.connection())
                .put("split", e.split())
                .put("reason", e.reason()));
    }

    private static void formsOfFeeds() {
        form(FeedFact.Degraded.class, (e, json) -> {
            state(json, e.live(), e.target(), e.state());
            putIfKnown(json, "reason", e.reason().isEmpty() ? null : e.reason());
        });
        form(FeedFact.Recovered.class, (e, json) -> state(json, e.live(), e.target(), e.state()));
        form(FeedFact.OwnerChanged.class, (e, json) -> json.put("node", e.node())
                .put("epoch", e.epoch())
                .put("from", e.from())
                .put("waiting", e.waiting()));
        form(FeedFact.Overloaded.class, (e, json) -> json.put("node", e.node()).put("over", e.over()));
        form(FeedFact.Dropped.class, (e, json) -> json.put("cause", e.cause().label())
                .put("count", e.count())
                .put("total", e.total()));
        form(FeedFact.DroppedOversize.class, (e, json) -> json.put("cause", DropCause.OVERSIZE.label())
                .put("count", e.count())
                .put("total", e.total())
                .put("bytes", e.bytes() == 0 ? null : (Long) e.bytes())
                .put("maxMessageBytes", e.maxMessageBytes()));
    }

    private static <E extends FeedFact> void form(Class<E> type, BiConsumer<E, JsonObject> form) {
        FORMS.put(type, (fact, json) -> form.accept(type.cast(fact), json));
    }

    /** Returns the kinds of facts that have a form. */
    public static Set<Class<?>> known() {
        return FORMS.keySet();
    }

    public static JsonObject of(FeedEvent event) {
        JsonObject json = new JsonObject()
                .put("event", event.type().label())
                .put("feed", event.feed())
                .put("micros", event.micros());
        FORMS.get(event.fact().getClass()).accept(event.fact(), json);
        return event.shard() == 0 ? json : json.put("shard", event.shard());
    }

    private static void state(JsonObject json, int live, int target, FeedState state) {
        json.put("live", live).put("target", target).put("state", state.name());
    }

    private static void putIfKnown(JsonObject json, String key, String value) {
        if (value != null) {
            json.put(key, value);
        }
    }

    private static void putIfAny(JsonObject json, String key, List<String> values) {
        if (!values.isEmpty()) {
            json.put(key, array(values));
        }
    }

    private static JsonArray array(List<String> values) {
        return new JsonArray(values);
    }

    private static Double rounded(double figure) {
        return Double.isNaN(figure) ? null : (Double) (Math.round(figure * 1_000) / 1_000.0);
    }
}
