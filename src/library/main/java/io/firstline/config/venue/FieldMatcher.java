package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import java.util.List;

/**
 * A value at a place of a message that shows its kind. Immutable; checked in the constructor.
 *
 * @param at JSON pointer to a string, number, true or false
 * @param is the matching values, as JSON texts such as {@code "pong"} (with its quotes) or {@code false}
 * @param starts the beginnings of matching texts; if this is empty too, any value matches
 */
public record FieldMatcher(String at, List<String> is, List<String> starts) {
    private static final int MAX_VALUES = 32;

    public FieldMatcher {
        is = is == null ? List.of() : List.copyOf(is);
        starts = starts == null ? List.of() : List.copyOf(starts);
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
                .require(
                        starts.size() <= MAX_VALUES && starts.stream().noneMatch(String::isEmpty),
                        "starts",
                        starts.size() + " texts",
                        "up to " + MAX_VALUES + " texts that are not empty")
                .throwIfAny("sign");
    }

    /** Matches these values at a place. */
    public FieldMatcher(String at, List<String> is) {
        this(at, is, List.of());
    }

    /** Matches any value at a place. */
    public static FieldMatcher anyAt(String pointer) {
        return new FieldMatcher(pointer, List.of());
    }

    /** Whether any value matches. */
    public boolean isAny() {
        return is.isEmpty() && starts.isEmpty();
    }

    /** The places of these signs, without repetition. */
    static List<String> pointers(List<FieldMatcher> signs) {
        return signs.stream().map(FieldMatcher::at).distinct().toList();
    }
}
