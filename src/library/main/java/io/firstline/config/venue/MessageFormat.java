package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Records;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The messages of a venue: how they are read, and what a connection sends besides requests. Each component checks itself;
 * the constructor checks what concerns several. Immutable.
 *
 * @param naming how messages name their stream
 * @param classes the kinds of streams; a stream belongs to the first class that matches its name
 * @param content the form of its messages
 * @param control how to recognise control messages: those are counted but not part of the merged stream
 * @param acks its replies to requests
 * @param notices the server's messages about its connection and its requests, except replies with an id
 * @param times the times in messages and of the server
 * @param protocol what a connection sends besides requests
 */
public record MessageFormat(
        StreamNaming naming,
        List<StreamClass> classes,
        MessageContent content,
        MessageSigns control,
        Acks acks,
        Notices notices,
        VenueTimes times,
        VenueProtocol protocol) {
    /** The most different pointers for one message. */
    private static final int MAX_POINTERS_IN_ALL = 64;
    /** The step to the only member of an object. */
    private static final Pattern ONLY_MEMBER = Pattern.compile("/\\?(?=/|$)");

    /** For unknown messages. */
    public static final MessageFormat NONE = new MessageFormat(
            StreamNaming.NONE,
            List.of(),
            MessageContent.NONE,
            MessageSigns.NONE,
            Acks.NONE,
            Notices.NONE,
            VenueTimes.NONE,
            VenueProtocol.NONE);

    public MessageFormat {
        classes = List.copyOf(classes);
        Checks checks = new Checks();
        Pointers.check(checks, "control", control.pointers());
        Set<String> pointers = new HashSet<>(naming.pointers());
        classes.forEach(type -> pointers.addAll(type.pointers()));
        pointers.addAll(content.pointers());
        pointers.addAll(control.pointers());
        pointers.addAll(acks.pointers());
        pointers.addAll(notices.pointers());
        pointers.addAll(protocol.pointers());
        checks.require(
                        notices.shutdownStreams().isEmpty() || !naming.isNone(),
                        "shutdown",
                        "names of streams, but no pointers to a stream's name",
                        "\"shutdown\" together with \"stream\"")
                .require(
                        !acks.nameStreams()
                                || !acks.id().isEmpty()
                                || !control.fields().isEmpty()
                                || !notices.errors().isEmpty(),
                        "ackStream",
                        "streams in replies, but no sign of a reply",
                        "\"ackStream\", \"accepted\" or \"refused\" together with \"ackId\" or \"control\"")
                .require(
                        classes.isEmpty() || !naming.isNone(),
                        "classes",
                        "classes of streams, but no pointers to a stream's name",
                        "\"classes\" together with \"stream\"")
                .require(
                        pointers.size() <= MAX_POINTERS_IN_ALL,
                        "classes",
                        pointers.size() + " different JSON pointers",
                        "at most " + MAX_POINTERS_IN_ALL + " of them in all")
                .require(
                        content.payload() == PayloadEncoding.NONE
                                || content.payload().isText()
                                || naming.ids().stream().noneMatch(IdRule::rewrite),
                        "ids",
                        "ids to rewrite in binary messages",
                        "\"rewrite\" with text messages")
                .require(
                        naming.ids().stream().noneMatch(IdRule::rewrite)
                                || classes.stream().noneMatch(StreamClass::hasSnapshot),
                        "classes",
                        "a snapshot, but ids to rewrite",
                        "\"snapshot\" without \"rewrite\": a snapshot comes from a connection with other ids")
                .add(besideOnlyMember(pointers))
                .add(content.payload().wrong(pointers))
                .add(content.payload().wrong(times.event().at()))
                .require(
                        content.payload().hasItems() || classes.stream().allMatch(type -> type.items() == null),
                        "classes",
                        "items in " + content.payload().name().toLowerCase(Locale.ROOT) + " messages",
                        "\"items\" in text or msgpack messages only")
                .throwIfAny("messages");
    }

    /** Finds pointers that name a member of an object of which another pointer reads the only member. */
    private static List<Problem> besideOnlyMember(Set<String> pointers) {
        List<Problem> problems = new ArrayList<>();
        for (String pointer : pointers) {
            Matcher step = ONLY_MEMBER.matcher(pointer);
            while (step.find()) {
                String object = pointer.substring(0, step.start() + 1);
                pointers.stream()
                        .filter(other -> other.startsWith(object)
                                && !other.equals(object + "?")
                                && !other.startsWith(object + "?/"))
                        .findFirst()
                        .ifPresent(other -> problems.add(new Problem(
                                "",
                                ProblemText.quoted(other) + " beside " + ProblemText.quoted(pointer),
                                "? only where no other member of the object is read")));
            }
        }
        return problems;
    }

    /** The same format with other times. */
    public MessageFormat withTimes(VenueTimes others) {
        return Records.with(this, "times", others);
    }

    /** The class of a stream; {@link StreamClass#UNKNOWN} if none matches. */
    public StreamClass classOf(String name) {
        return classes.stream().filter(c -> c.has(name)).findFirst().orElse(StreamClass.UNKNOWN);
    }
}
