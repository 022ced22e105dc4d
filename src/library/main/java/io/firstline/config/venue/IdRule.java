package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import java.util.ArrayList;
import java.util.List;

/**
 * How a server says which id it gives to a stream of one connection: the messages of the stream have this id instead of a
 * name. Immutable; checked in the constructor.
 *
 * @param when signs of the message that says so, one of which is enough
 * @param id JSON pointer to the id in it, a number or a text
 * @param stream the parts of the stream's name in it, pointers and constants; empty = the stream of the request that it
 *     answers
 * @param rewrite whether messages are published with an id of the feed's own, the same on all connections
 */
public record IdRule(List<FieldMatcher> when, String id, List<String> stream, boolean rewrite) {
    public IdRule {
        when = List.copyOf(when);
        stream = List.copyOf(stream);
        Checks checks = new Checks();
        Pointers.check(
                checks, "when", when.stream().map(FieldMatcher::at).distinct().toList());
        checks.require(!when.isEmpty(), "when", "nothing", "signs of the message that tells an id");
        checks.require(Pointers.canBeRead(id), "id", ProblemText.quoted(id), "a JSON pointer such as /chanId");
        checks.require(
                stream.stream().noneMatch(NameRule::isLearned),
                "stream",
                ProblemText.quoted(String.join(", ", stream)),
                "JSON pointers such as /symbol and constants such as =trade, or \"request\"");
        checks.throwIfAny("ids");
        if (!stream.isEmpty()) {
            new NameRule(when, stream); // checks its parts
        }
    }

    /** Returns whether the id belongs to the stream of the request that the message answers. */
    public boolean isOfRequest() {
        return stream.isEmpty();
    }

    /** All pointers that are read from messages. */
    List<String> pointers() {
        List<String> pointers =
                new ArrayList<>(when.stream().map(FieldMatcher::at).toList());
        pointers.add(id);
        stream.stream().filter(part -> part.startsWith("/")).forEach(pointers::add);
        return pointers;
    }
}
