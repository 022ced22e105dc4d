package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import java.util.List;

/**
 * Where replies name the streams that they are about. Immutable; checked in the constructor.
 *
 * @param stream JSON pointers to the words of the one stream that a reply is about; missing values are skipped
 * @param accepted JSON pointer to the accepted streams, in any arrangement of names; empty = none
 * @param refused JSON pointer to the rejected streams; empty = none
 */
public record Acks(List<String> stream, String accepted, String refused) {
    public static final Acks NONE = new Acks(List.of(), "", "");

    public Acks {
        stream = List.copyOf(stream);
        Checks checks = new Checks();
        Pointers.check(checks, "ackStream", stream);
        checkList(checks, "accepted", accepted);
        checkList(checks, "refused", refused);
        checks.throwIfAny("acks");
    }

    private static void checkList(Checks checks, String field, String pointer) {
        checks.require(
                pointer.isEmpty() || (JsonText.isPointer(pointer) && !pointer.contains("/-")),
                field,
                ProblemText.quoted(pointer),
                "a JSON pointer such as /result, not counted from the end of an array");
    }

    public boolean isNone() {
        return stream.isEmpty() && accepted.isEmpty() && refused.isEmpty();
    }
}
