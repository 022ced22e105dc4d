package io.firstline.simulator;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads typed fields of a JSON object. A missing field gives the default; every field of a wrong type is recorded. */
final class JsonFields {
    private final JsonObject json;
    private final FieldProblems problems = new FieldProblems();

    JsonFields(JsonObject json) {
        this.json = json;
    }

    long whole(String field, long missing) {
        return read(field, missing, "a whole number", JsonFields::asWhole);
    }

    int number(String field, int missing) {
        return read(field, missing, "a whole number of at most 32 bits", value -> asWhole(value)
                .filter(n -> n == n.intValue())
                .map(Long::intValue));
    }

    double decimal(String field, double missing) {
        return read(field, missing, "a number", value -> Optional.of(value)
                .filter(Number.class::isInstance)
                .map(n -> ((Number) n).doubleValue()));
    }

    String text(String field, String missing) {
        return read(field, missing, "a text", value -> Optional.of(value)
                .filter(String.class::isInstance)
                .map(String.class::cast));
    }

    /**
     * Reads a list. The first element that {@code element} rejects is a problem, and so is an exception that it throws.
     */
    <T> List<T> list(String field, List<T> missing, String allowed, Function<Object, Optional<T>> element) {
        Object value = json.getValue(field);
        if (value == null) {
            return missing;
        }
        if (!(value instanceof JsonArray array)) {
            problems.require(false, field, value, "a list");
            return missing;
        }
        List<T> found = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            String place = field + "[" + i + "]";
            Object item = array.getValue(i);
            try {
                Optional<T> read = Optional.ofNullable(item).flatMap(element);
                problems.require(read.isPresent(), place, item, allowed);
                read.ifPresent(found::add);
            } catch (IllegalArgumentException e) {
                problems.add(place + ": " + e.getMessage());
            }
        }
        return found;
    }

    /** Builds the record, or throws one IllegalArgumentException that names all wrong types and values. */
    <T> T build(Supplier<T> record) {
        T built = null;
        try {
            built = record.get();
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
        }
        problems.throwIfAny();
        return built;
    }

    static Optional<Long> asWhole(Object value) {
        return value instanceof Integer || value instanceof Long
                ? Optional.of(((Number) value).longValue())
                : Optional.empty();
    }

    private <T> T read(String field, T missing, String allowed, Function<Object, Optional<T>> type) {
        Object value = json.getValue(field);
        if (value == null) {
            return missing;
        }
        Optional<T> typed = type.apply(value);
        problems.require(typed.isPresent(), field, value, allowed);
        return typed.orElse(missing);
    }
}
