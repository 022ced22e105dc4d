package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import java.util.List;

/**
 * A value at a place of a message that shows its kind. Immutable; checked in the constructor.
 *
 * @param at JSON pointer to a string, number, true or false
 * @param is the matching values, as JSON texts such as {@code "pong"} (with its quotes) or {@code false}; empty = any
 */
public record FieldMatcher(String at, List<String> is) {
    private static final int MAX_VALUES = 32;

    public FieldMatcher {
        is = is == null ? List.of() : List.copyOf(is);
        new Checks()
                .require(
                        at != null && !at.isEmpty() && JsonText.isPointer(at),
                        "at",
                        ProblemText.quoted(String.valueOf(at)),
                        "a JSON pointer such as /event")
                .require(
                        is.size() <= MAX_VALUES && is.stream().allMatch(JsonText::isJson),
                        "is",
                        String.join(", ", is),
                        "up to " + MAX_VALUES + " JSON texts")
                .throwIfAny("sign");
    }

    /** Matches any value at a place. */
    public static FieldMatcher anyAt(String pointer) {
        return new FieldMatcher(pointer, List.of());
    }

    /** The places of these signs, without repetition. */
    static List<String> pointers(List<FieldMatcher> signs) {
        return signs.stream().map(FieldMatcher::at).distinct().toList();
    }
}
