package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The message format of a venue: a message's stream, replies and other control messages, announcements of a shutdown,
 * required heartbeats. Immutable; checked in the constructor.
 *
 * @param naming how messages name their stream
 * @param shutdown names of the streams on which the server announces that it will close the connection
 * @param control signs of control messages: those are counted but not part of the merged stream
 * @param controlTexts complete texts of further control messages
 * @param ackId JSON pointer to the request id in a reply; empty = replies are not recognised
 * @param refusal signs of a reply that rejects the request
 * @param streamsPerRequest the most streams in one request; default 100
 * @param heartbeat a message that the venue expects regularly
 * @param classes the kinds of streams; a stream belongs to the first class that matches its name
 * @param serverTime the source of the venue's time; only with {@code eventTime}
 * @param eventTime the time of the event in a message, used only for latency figures
 * @param notices the server's messages about its connection and its requests, except replies with an id
 * @param content the form of its messages
 * @param protocol what a connection sends besides requests
 */
public record MessageFormat(
        StreamNaming naming,
        List<String> shutdown,
        List<FieldMatcher> control,
        List<String> controlTexts,
        String ackId,
        List<FieldMatcher> refusal,
        int streamsPerRequest,
        Heartbeat heartbeat,
        List<StreamClass> classes,
        ServerTime serverTime,
        EventTime eventTime,
        Notices notices,
        MessageContent content,
        VenueProtocol protocol) {
    public static final int DEFAULT_STREAMS_PER_REQUEST = 100;
    /** The most different pointers for one message. */
    private static final int MAX_POINTERS_IN_ALL = 64;
    /** The step to the only member of an object. */
    private static final Pattern ONLY_MEMBER = Pattern.compile("/\\?(?=/|$)");

    /** For unknown messages. */
    public static final MessageFormat NONE =
            new MessageFormat(List.of(), List.of(), "", List.of(), DEFAULT_STREAMS_PER_REQUEST);

    public MessageFormat {
        naming = naming == null ? StreamNaming.NONE : naming;
        shutdown = shutdown == null ? List.of() : List.copyOf(shutdown);
        control = control == null ? List.of() : List.copyOf(control);
        controlTexts = controlTexts == null ? List.of() : List.copyOf(controlTexts);
        ackId = ackId == null ? "" : ackId;
        refusal = refusal == null ? List.of() : List.copyOf(refusal);
        heartbeat = heartbeat == null ? Heartbeat.NONE : heartbeat;
        classes = classes == null ? List.of() : List.copyOf(classes);
        serverTime = serverTime == null ? ServerTime.NONE : serverTime;
        eventTime = eventTime == null ? EventTime.NONE : eventTime;
        notices = notices == null ? Notices.NONE : notices;
        content = content == null ? MessageContent.NONE : content;
        protocol = protocol == null ? VenueProtocol.NONE : protocol;
        Checks checks = new Checks();
        Pointers.check(checks, "refusal", refusal.stream().map(FieldMatcher::at).toList());
        Pointers.check(
                checks,
                "control",
                control.stream().map(FieldMatcher::at).distinct().toList());
        Pointers.check(
                checks,
                "shutdown",
                notices.shutdown().stream().map(FieldMatcher::at).distinct().toList());
        Pointers.check(
                checks,
                "errors",
                notices.errors().stream().map(FieldMatcher::at).distinct().toList());
        Pointers.check(checks, "errorText", notices.errorText());
        Set<String> pointers = pointers(naming, control, ackId, refusal, classes, notices, content);
        pointers.addAll(protocol.pointers());
        checks.require(
                        JsonText.isPointer(ackId),
                        "ackId",
                        ProblemText.quoted(ackId),
                        "a JSON pointer such as /id, or an empty text")
                .require(
                        shutdown.isEmpty() || !naming.isNone(),
                        "shutdown",
                        "names of streams, but no pointers to a stream's name",
                        "\"shutdown\" together with \"stream\"")
                .require(
                        refusal.isEmpty()
                                || !ackId.isEmpty()
                                || !protocol.acks().isNone(),
                        "refusal",
                        "pointers into replies, but no pointer to a reply's id",
                        "\"refusal\" together with \"ackId\"")
                .require(
                        protocol.acks().isNone()
                                || !ackId.isEmpty()
                                || !control.isEmpty()
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
                .add(besideOnlyMember(pointers))
                .require(
                        serverTime.isNone() || !eventTime.at().isEmpty(),
                        "eventTime",
                        "nothing, but a source of the server's time",
                        "\"eventTime\" together with \"serverTime\"")
                .range("streamsPerRequest", streamsPerRequest, 1, 10_000)
                .throwIfAny("dialect");
    }

    /** A dialect of a venue whose connections send nothing besides requests. */
    public MessageFormat(
            StreamNaming naming,
            List<String> shutdown,
            List<FieldMatcher> control,
            List<String> controlTexts,
            String ackId,
            List<FieldMatcher> refusal,
            int streamsPerRequest,
            Heartbeat heartbeat,
            List<StreamClass> classes,
            ServerTime serverTime,
            EventTime eventTime,
            Notices notices,
            MessageContent content) {
        this(
                naming,
                shutdown,
                control,
                controlTexts,
                ackId,
                refusal,
                streamsPerRequest,
                heartbeat,
                classes,
                serverTime,
                eventTime,
                notices,
                content,
                VenueProtocol.NONE);
    }

    /** A dialect without stream classes and times, in which any value at a pointer means a refusal. */
    public MessageFormat(
            List<String> stream, List<String> shutdown, String ackId, List<String> refusal, int streamsPerRequest) {
        this(
                StreamNaming.at(stream),
                shutdown,
                List.of(),
                List.of(),
                ackId,
                refusal.stream().map(FieldMatcher::anyAt).toList(),
                streamsPerRequest,
                Heartbeat.NONE,
                List.of(),
                ServerTime.NONE,
                EventTime.NONE,
                Notices.NONE,
                MessageContent.NONE);
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

    private static Set<String> pointers(
            StreamNaming naming,
            List<FieldMatcher> control,
            String ackId,
            List<FieldMatcher> refusal,
            List<StreamClass> classes,
            Notices notices,
            MessageContent content) {
        Set<String> pointers = new HashSet<>(naming.pointers());
        pointers.addAll(content.ignore());
        pointers.addAll(content.line());
        notices.shutdown().forEach(sign -> pointers.add(sign.at()));
        notices.errors().forEach(sign -> pointers.add(sign.at()));
        pointers.addAll(notices.errorText());
        control.forEach(sign -> pointers.add(sign.at()));
        pointers.add(ackId);
        refusal.forEach(sign -> pointers.add(sign.at()));
        classes.forEach(type -> pointers.addAll(type.pointers()));
        pointers.remove("");
        return pointers;
    }

    MessageFormat withoutServerTime() {
        return withTimes(ServerTime.NONE, eventTime);
    }

    /** The same dialect with times. */
    public MessageFormat withTimes(ServerTime server, EventTime event) {
        return new MessageFormat(
                naming,
                shutdown,
                control,
                controlTexts,
                ackId,
                refusal,
                streamsPerRequest,
                heartbeat,
                classes,
                server,
                event,
                notices,
                content,
                protocol);
    }

    /** The class of a stream; {@link StreamClass#UNKNOWN} if none matches. */
    public StreamClass classOf(String name) {
        return classes.stream().filter(c -> c.has(name)).findFirst().orElse(StreamClass.UNKNOWN);
    }
}
