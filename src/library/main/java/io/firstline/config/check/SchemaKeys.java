package io.firstline.config.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The keys of one object of the schema, with their bounds and defaults. The schema is the only place of both: records
 * check their numbers here, and a record whose components have the names of keys is made from a configuration without a
 * line for each key. Immutable.
 */
public final class SchemaKeys {
    private static final String MINIMUM = "minimum";
    private static final String MAXIMUM = "maximum";
    private static final String DEFAULT = "default";

    public static final SchemaKeys FEED = at("/$defs/feed");
    public static final SchemaKeys RETAIN = at("/$defs/feed/properties/retain");
    public static final SchemaKeys HTTP = at("/$defs/http");
    public static final SchemaKeys CLUSTER = at("/$defs/cluster");
    public static final SchemaKeys LEASE = at("/$defs/cluster/properties/lease");
    public static final SchemaKeys KUBERNETES = at("/$defs/cluster/properties/lease/properties/kubernetes");
    public static final SchemaKeys TCP_BRIDGE = at("/$defs/tcpBridge");
    public static final SchemaKeys RELAY = at("/$defs/relay");

    private final JsonNode properties;

    private SchemaKeys(JsonNode properties) {
        this.properties = properties;
    }

    private static SchemaKeys at(String pointer) {
        return new SchemaKeys(Schema.serviceTree().at(pointer).path("properties"));
    }

    public boolean has(String key) {
        return properties.has(key);
    }

    public int min(String key) {
        return bound(key, MINIMUM);
    }

    public int max(String key) {
        return bound(key, MAXIMUM);
    }

    public int defaultNumber(String key) {
        return bound(key, DEFAULT);
    }

    private int bound(String key, String keyword) {
        return required(key, keyword).intValue();
    }

    private JsonNode required(String key, String keyword) {
        JsonNode value = rule(key).path(keyword);
        if (value.isMissingNode()) {
            throw new IllegalStateException("the schema has no " + keyword + " of " + key);
        }
        return value;
    }

    private JsonNode rule(String key) {
        JsonNode rule = properties.path(key);
        String reference = rule.path("$ref").asText();
        return reference.isEmpty() ? rule : Schema.serviceTree().at(reference.substring(1));
    }

    /** A record with these values. Every other component gets the default of its key, or null if it has no key. */
    public <R extends Record> R defaults(Class<R> type, Map<String, ?> values) {
        return read(type, null, values);
    }

    /**
     * A record of an object that the schema has checked.
     *
     * @param json null = an empty object
     * @param values values of components that are no plain keys, or that have another default; they win over the object
     */
    public <R extends Record> R read(Class<R> type, JsonNode json, Map<String, ?> values) {
        return Records.of(
                type,
                component -> values.containsKey(component.getName())
                        ? values.get(component.getName())
                        : value(component, json));
    }

    private Object value(RecordComponent component, JsonNode json) {
        String key = component.getName();
        if (!has(key)) {
            return null;
        }
        Class<?> type = component.getType();
        if (json != null && json.has(key)) {
            return value(key, type, json.get(key));
        }
        // a text without a default is optional
        JsonNode otherwise = rule(key).path(DEFAULT);
        return type == String.class && otherwise.isMissingNode() ? null : value(key, type, required(key, DEFAULT));
    }

    private static Object value(String key, Class<?> type, JsonNode value) {
        if (type == int.class) {
            return value.asInt();
        } else if (type == boolean.class) {
            return value.booleanValue();
        } else if (type == String.class) {
            return value.textValue();
        } else if (type == List.class) {
            return texts(value);
        } else if (type == Map.class) {
            return textsByName(value);
        } else if (type.isEnum()) {
            return constant(type, value.textValue());
        }
        throw new IllegalStateException("no plain key: " + key);
    }

    private static Object constant(Class<?> type, String name) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name.toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw new IllegalStateException(type + " has no constant " + name);
    }

    private static Map<String, String> textsByName(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().textValue()));
        return texts;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.textValue()));
        return Collections.unmodifiableList(texts);
    }
}
