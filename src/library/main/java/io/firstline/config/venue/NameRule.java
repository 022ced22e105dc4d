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
 *     such as {@code =trade}; {@code @/0} is the stream that the server of the connection has named by the id at
 *     {@code /0}, of which missing ones name nothing
 */
public record NameRule(List<FieldMatcher> when, List<String> name) {
    private static final int MAX_CONSTANT = 256;

    public NameRule {
        when = List.copyOf(when);
        name = List.copyOf(name);
        Checks checks = new Checks();
        Pointers.check(checks, "when", FieldMatcher.pointers(when));
        List<String> constants = name.stream()
                .filter(part -> pointersIn(List.of(part)).isEmpty())
                .toList();
        Pointers.check(checks, "name", pointersIn(name));
        checks.require(!name.isEmpty(), "name", "nothing", "JSON pointers and constants such as =trade")
                .require(
                        constants.stream().allMatch(NameRule::isConstant),
                        "name",
                        ProblemText.quoted(String.join(", ", constants)),
                        "JSON pointers such as /data/s, constants such as =trade, and @/0 for the name of the id at /0")
                .throwIfAny("stream");
    }

    private static boolean isConstant(String part) {
        return part.startsWith("=") && part.length() > 1 && part.length() <= MAX_CONSTANT;
    }

    private static List<String> pointersIn(List<String> name) {
        return name.stream()
                .filter(part -> part.startsWith("/") || isLearned(part))
                .map(NameRule::pointer)
                .toList();
    }

    /** Returns whether a part of a name is the stream of an id. */
    public static boolean isLearned(String part) {
        return part.startsWith("@/");
    }

    /** Returns the pointer of a part that is no constant. */
    public static String pointer(String part) {
        return isLearned(part) ? part.substring(1) : part;
    }

    /** The pointers to the parts of the name. */
    public List<String> pointers() {
        return pointersIn(name);
    }
}
