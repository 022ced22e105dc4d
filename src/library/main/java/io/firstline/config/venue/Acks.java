package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import java.util.ArrayList;
import java.util.List;

/**
 * How replies name the request or the streams that they are about, and how they refuse. Immutable; checked in the
 * constructor.
 *
 * @param id JSON pointer to the request's id in a reply; empty = replies have none
 * @param refusal signs of a reply that rejects the request
 * @param stream JSON pointers to the words of the one stream that a reply is about; missing values are skipped;
 *     {@code @/chanId} = the stream of the id there
 * @param accepted JSON pointer to the accepted streams, in any arrangement of names; empty = none
 * @param refused JSON pointer to the rejected streams; empty = none
 */
public record Acks(String id, List<FieldMatcher> refusal, List<String> stream, String accepted, String refused) {
    /** Replies are not recognised. */
    public static final Acks NONE = new Acks("", List.of(), List.of(), "", "");

    public Acks {
        refusal = List.copyOf(refusal);
        stream = List.copyOf(stream);
        Checks checks = new Checks()
                .require(
                        JsonText.isPointer(id),
                        "ackId",
                        ProblemText.quoted(id),
                        "a JSON pointer such as /id, or an empty text");
        Pointers.check(checks, "refusal", refusal.stream().map(FieldMatcher::at).toList());
        Pointers.check(checks, "ackStream", words(stream));
        checkList(checks, "accepted", accepted);
        checkList(checks, "refused", refused);
        checks.require(
                        refusal.isEmpty() || !id.isEmpty() || nameStreams(stream, accepted, refused),
                        "refusal",
                        "pointers into replies, but no pointer to a reply's id",
                        "\"refusal\" together with \"ackId\"")
                .throwIfAny("messages");
    }

    private static void checkList(Checks checks, String field, String pointer) {
        checks.require(
                pointer.isEmpty() || (JsonText.isPointer(pointer) && !pointer.contains("/-")),
                field,
                ProblemText.quoted(pointer),
                "a JSON pointer such as /result, not counted from the end of an array");
    }

    /** Replies with the id of their request. */
    public static Acks withId(String id, FieldMatcher... refusal) {
        return new Acks(id, List.of(refusal), List.of(), "", "");
    }

    public boolean isNone() {
        return id.isEmpty() && !nameStreams();
    }

    /** Whether replies name streams, so that they need no id. */
    public boolean nameStreams() {
        return nameStreams(stream, accepted, refused);
    }

    private static boolean nameStreams(List<String> stream, String accepted, String refused) {
        return !stream.isEmpty() || !accepted.isEmpty() || !refused.isEmpty();
    }

    private static List<String> words(List<String> stream) {
        return stream.stream().map(NameRule::pointer).toList();
    }

    /** The pointers that are read in every message. */
    List<String> pointers() {
        List<String> pointers = new ArrayList<>(words(stream));
        refusal.forEach(sign -> pointers.add(sign.at()));
        if (!id.isEmpty()) {
            pointers.add(id);
        }
        return pointers;
    }
}
