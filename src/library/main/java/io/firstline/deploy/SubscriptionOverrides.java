package io.firstline.deploy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The run-time changes of a feed relative to its configuration. They do not contain the configured streams, so that
 * nodes with different configurations, as during a rolling restart, can share them. Immutable.
 *
 * @param subscribed streams in addition to the configured ones
 * @param unsubscribed configured streams that are no longer wanted
 * @param onConnect the messages that a connection sends first; null = as configured
 */
record SubscriptionOverrides(Set<String> subscribed, Set<String> unsubscribed, List<String> onConnect) {
    static final SubscriptionOverrides NONE = new SubscriptionOverrides(Set.of(), Set.of(), null);

    SubscriptionOverrides {
        subscribed = Collections.unmodifiableSet(new TreeSet<>(subscribed));
        unsubscribed = Collections.unmodifiableSet(new TreeSet<>(unsubscribed));
        onConnect = onConnect == null ? null : List.copyOf(onConnect);
    }

    /** Adds streams. */
    SubscriptionOverrides subscribe(Collection<String> streams, Collection<String> configured) {
        Set<String> more = new TreeSet<>(streams);
        more.removeAll(configured);
        more.addAll(subscribed);
        Set<String> missing = new TreeSet<>(unsubscribed);
        streams.forEach(missing::remove);
        return new SubscriptionOverrides(more, missing, onConnect);
    }

    /** Removes streams; streams that are neither configured nor added leave no trace. */
    SubscriptionOverrides unsubscribe(Collection<String> streams, Collection<String> configured) {
        Set<String> missing = new TreeSet<>(streams);
        missing.retainAll(configured);
        missing.addAll(unsubscribed);
        Set<String> more = new TreeSet<>(subscribed);
        streams.forEach(more::remove);
        return new SubscriptionOverrides(more, missing, onConnect);
    }

    SubscriptionOverrides onConnect(List<String> messages) {
        return new SubscriptionOverrides(subscribed, unsubscribed, messages);
    }

    /** Returns the streams of a feed with these configured streams. */
    Set<String> appliedTo(Collection<String> configured) {
        Set<String> wanted = new LinkedHashSet<>(configured);
        wanted.addAll(subscribed);
        wanted.removeAll(unsubscribed);
        return wanted;
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("subscribed", new JsonArray(List.copyOf(subscribed)))
                .put("unsubscribed", new JsonArray(List.copyOf(unsubscribed)))
                .put("onConnect", onConnect == null ? null : new JsonArray(onConnect));
    }

    /** Reads an owner's changes; throws {@link IllegalArgumentException} if they are invalid. */
    static SubscriptionOverrides of(JsonObject json) {
        return new SubscriptionOverrides(
                new TreeSet<>(strings(json, "subscribed")),
                new TreeSet<>(strings(json, "unsubscribed")),
                json.getValue("onConnect") == null ? null : strings(json, "onConnect"));
    }

    private static List<String> strings(JsonObject json, String key) {
        if (json.getValue(key) instanceof JsonArray array && array.stream().allMatch(String.class::isInstance)) {
            return array.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException("\"" + key + "\" must be an array of strings");
    }
}
