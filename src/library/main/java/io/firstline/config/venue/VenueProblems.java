package io.firstline.config.venue;

import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Collects the problems of a profile while readers convert its parts into records. */
final class VenueProblems {
    private final List<Problem> problems = new ArrayList<>();

    void add(Problem problem) {
        problems.add(problem);
    }

    /**
     * Makes a record, which checks itself; its problems are collected.
     *
     * @param pointer the place of the record in the profile
     * @param otherwise the result if the record is wrong: it must not cause further problems
     */
    <T> T attempt(String pointer, Supplier<T> made, T otherwise) {
        return attempt(pointer, made, otherwise, UnaryOperator.identity());
    }

    /** Makes a record whose components are not members of an object there. */
    <T> T attempt(String pointer, Supplier<T> made, T otherwise, UnaryOperator<Problem> seen) {
        try {
            return made.get();
        } catch (InvalidConfigException e) {
            e.problems().forEach(problem -> add(seen.apply(problem).under(pointer)));
            return otherwise;
        }
    }

    void throwIfAny(String what) {
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(what, problems);
        }
    }
}
