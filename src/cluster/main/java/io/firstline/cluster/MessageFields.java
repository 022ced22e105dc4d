package io.firstline.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads values from messages of other nodes: anyone who can connect to the event bus can send anything. Throws only
 * {@link IllegalArgumentException}.
 */
final class MessageFields {
    /** The most feeds that a cluster carries. */
    static final int MOST_FEEDS = 10_000;

    private static final int LONGEST_NAME = 256;

    private MessageFields() {}

    static String name(JsonObject json, String key) {
        if (json.getValue(key) instanceof String text && !text.isEmpty() && text.length() <= LONGEST_NAME) {
            return text;
        }
        throw wrong(key, "a text of 1 to " + LONGEST_NAME + " characters");
    }

    static long number(JsonObject json, String key) {
        Object value = json.getValue(key);
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        throw wrong(key, "a whole number");
    }

    /** Reads an epoch or a duration; the next greater value must fit as well. */
    static int count(JsonObject json, String key) {
        long value = number(json, key);
        if (value < 0 || value >= Integer.MAX_VALUE) {
            throw wrong(key, "a number from 0 to " + (Integer.MAX_VALUE - 1));
        }
        return (int) value;
    }

    static boolean flag(JsonObject json, String key) {
        if (json.getValue(key) instanceof Boolean flag) {
            return flag;
        }
        throw wrong(key, "true or false");
    }

    static JsonObject object(JsonObject json, String key) {
        if (json.getValue(key) instanceof JsonObject object && object.size() <= MOST_FEEDS) {
            return object;
        }
        throw wrong(key, "an object of at most " + MOST_FEEDS + " members");
    }

    static <T> List<T> list(JsonObject json, String key, Function<JsonObject, T> item) {
        if (!(json.getValue(key) instanceof JsonArray array) || array.size() > MOST_FEEDS) {
            throw wrong(key, "an array of at most " + MOST_FEEDS);
        }
        List<T> items = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            if (!(array.getValue(i) instanceof JsonObject object)) {
                throw wrong(key + "/" + i, "an object");
            }
            items.add(item.apply(object));
        }
        return items;
    }

    private static IllegalArgumentException wrong(String key, String allowed) {
        return new IllegalArgumentException("\"" + key + "\" must be " + allowed);
    }
}
