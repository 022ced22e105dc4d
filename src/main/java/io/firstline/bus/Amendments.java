package io.firstline.bus;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What commands have changed about a feed since it was configured. It says nothing of what is configured, so that nodes with different
 * configurations, as while they are restarted one after the other, can share it. Immutable.
 *
 * @param subscribed streams beyond the configured ones
 * @param unsubscribed configured streams that are not wanted any more
 * @param onConnect what a connection sends first; null = what is configured
 */
record Amendments(Set<String> subscribed, Set<String> unsubscribed, List<String> onConnect) {
    static final Amendments NONE = new Amendments(Set.of(), Set.of(), null);

    Amendments {
        subscribed = Collections.unmodifiableSet(new TreeSet<>(subscribed));
        unsubscribed = Collections.unmodifiableSet(new TreeSet<>(unsubscribed));
        onConnect = onConnect == null ? null : List.copyOf(onConnect);
    }

    /** Streams are wanted from now on. */
    Amendments subscribe(Collection<String> streams, Collection<String> configured) {
        Set<String> more = new TreeSet<>(streams);
        more.removeAll(configured);
        more.addAll(subscribed);
        Set<String> missing = new TreeSet<>(unsubscribed);
        streams.forEach(missing::remove);
        return new Amendments(more, missing, onConnect);
    }

    /** Streams are not wanted any more; of those that nobody wanted nothing is kept. */
    Amendments unsubscribe(Collection<String> streams, Collection<String> configured) {
        Set<String> missing = new TreeSet<>(streams);
        missing.retainAll(configured);
        missing.addAll(unsubscribed);
        Set<String> more = new TreeSet<>(subscribed);
        streams.forEach(more::remove);
        return new Amendments(more, missing, onConnect);
    }

    Amendments onConnect(List<String> messages) {
        return new Amendments(subscribed, unsubscribed, messages);
    }

    /** What is wanted of a feed with these streams. */
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

    /** Reads what an owner says; throws {@link IllegalArgumentException} if it is something else. */
    static Amendments of(JsonObject json) {
        return new Amendments(
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
