package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import java.util.List;
import java.util.regex.Pattern;

/** Checks JSON pointers into messages. Needs no other type of this package, whose constants need it. */
public final class Pointers {
    private static final int MAX_POINTERS = 16;
    /** A step that counts from the end of an array. */
    private static final Pattern FROM_END = Pattern.compile("/-(\\d+)(?=/|$)");

    private static final int MAX_FROM_END = 64;
    private static final int MAX_LEVELS = 64;

    private Pointers() {}

    static void check(Checks checks, String field, List<String> pointers) {
        checks.require(
                pointers.size() <= MAX_POINTERS
                        && pointers.stream().allMatch(Pointers::canBeRead)
                        && pointers.stream().distinct().count() == pointers.size(),
                field,
                ProblemText.quoted(String.join(", ", pointers)),
                "up to " + MAX_POINTERS + " different JSON pointers such as /data/s");
    }

    public static boolean canBeRead(String pointer) {
        return !pointer.isEmpty()
                && JsonText.isPointer(pointer)
                && pointer.chars().filter(c -> c == '/').count() <= MAX_LEVELS
                && FROM_END.matcher(pointer)
                        .results()
                        .allMatch(
                                step -> step.group(1).length() < 3 && Integer.parseInt(step.group(1)) <= MAX_FROM_END);
    }
}
