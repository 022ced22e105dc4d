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
 * @param stream the parts of the stream's name in it, pointers and constants; empty, or {@value #REQUEST} as the first
 *     part = the stream of the request that it answers. The parts after that name the stream of a request of the user,
 *     or of a recording
 * @param rewrite whether messages are published with an id of the feed's own, the same on all connections
 */
public record IdRule(List<FieldMatcher> when, String id, List<String> stream, boolean rewrite) {
    private static final String REQUEST = "request";

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
        if (!told(stream).isEmpty()) {
            new NameRule(when, told(stream)); // checks its parts
        }
    }

    private static List<String> told(List<String> stream) {
        boolean request = !stream.isEmpty() && stream.get(0).equals(REQUEST);
        return request ? stream.subList(1, stream.size()) : stream;
    }

    /** Returns the parts of a name that are in the message itself; empty = there are none. */
    public List<String> told() {
        return told(stream);
    }

    /** Returns whether the id belongs to the stream of the request that the message answers. */
    public boolean isOfRequest() {
        return stream.isEmpty() || stream.get(0).equals(REQUEST);
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
