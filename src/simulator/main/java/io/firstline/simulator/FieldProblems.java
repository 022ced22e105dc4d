package io.firstline.simulator;

import java.util.ArrayList;
import java.util.List;

/** Collects the problems of one record's fields, so that one exception names them all. */
final class FieldProblems {
    private final List<String> problems = new ArrayList<>();

    /** Checks that a number is in {@code min..max}, both included; NaN never is. */
    FieldProblems range(String field, double value, double min, double max) {
        return require(value >= min && value <= max, field, plain(value), plain(min) + " to " + plain(max));
    }

    FieldProblems require(boolean holds, String field, Object found, String allowed) {
        if (!holds) {
            problems.add(field + " is " + found + ", allowed: " + allowed);
        }
        return this;
    }

    void add(String problem) {
        problems.add(problem);
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
