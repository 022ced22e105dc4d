package io.firstline.config.check;

import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/** Collects the problems of a record's fields, so that one exception names them all. */
public final class Checks {
    private final List<Problem> problems = new ArrayList<>();

    /** Checks that a number is in {@code min..max}, both included. */
    public Checks range(String field, long value, long min, long max) {
        if (value < min || value > max) {
            problems.add(new Problem("/" + field, Long.toString(value), min + " to " + max));
        }
        return this;
    }

    /** Checks that a number is within the bounds that the schema gives to a key. */
    public Checks key(SchemaKeys keys, String key, long value) {
        return range(key, value, keys.min(key), keys.max(key));
    }

    public Checks require(boolean holds, String field, Object found, String allowed) {
        if (!holds) {
            problems.add(new Problem("/" + field, String.valueOf(found), allowed));
        }
        return this;
    }

    public Checks add(List<Problem> more) {
        problems.addAll(more);
        return this;
    }

    public List<Problem> problems() {
        return problems;
    }

    public void throwIfAny(String what) {
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(what, problems.stream().distinct().toList());
        }
    }
}
