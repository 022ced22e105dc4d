package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import java.util.List;

/**
 * Names the stream of some messages. Immutable; checked in the constructor.
 *
 * @param when signs of these messages, one of which is enough; a sign without values also matches an object or array;
 *     empty = all messages
 * @param name the parts of the name: JSON pointers to values, of which missing and empty ones are skipped, and constants
 *     such as {@code =trade}
 */
public record NameRule(List<FieldMatcher> when, List<String> name) {
    private static final int MAX_CONSTANT = 256;

    public NameRule {
        when = List.copyOf(when);
        name = List.copyOf(name);
        Checks checks = new Checks();
        Pointers.check(checks, "when", FieldMatcher.pointers(when));
        List<String> constants =
                name.stream().filter(part -> !part.startsWith("/")).toList();
        Pointers.check(checks, "name", pointersIn(name));
        checks.require(!name.isEmpty(), "name", "nothing", "JSON pointers and constants such as =trade")
                .require(
                        constants.stream().allMatch(NameRule::isConstant),
                        "name",
                        ProblemText.quoted(String.join(", ", constants)),
                        "JSON pointers such as /data/s, and constants such as =trade")
                .throwIfAny("stream");
    }

    private static boolean isConstant(String part) {
        return part.startsWith("=") && part.length() > 1 && part.length() <= MAX_CONSTANT;
    }

    private static List<String> pointersIn(List<String> name) {
        return name.stream().filter(part -> part.startsWith("/")).toList();
    }

    /** The pointers to the parts of the name. */
    public List<String> pointers() {
        return pointersIn(name);
    }
}
