package io.firstline.config;

import java.util.List;

/**
 * How a venue's messages are read: which stream one belongs to, which are replies to requests, which announce the end. Immutable;
 * checked when it is made.
 *
 * @param stream JSON pointers whose values together name a message's stream; those that a message lacks are passed over; empty =
 *     streams are not told apart
 * @param shutdown names of the streams on which the server says that it is about to close the connection
 * @param ackId JSON pointer to the id in the reply to a request; empty = replies cannot be told from other messages
 * @param refusal JSON pointers: a reply that has a value at one of them refuses the request
 * @param streamsPerRequest at most so many streams go into one request; default 100
 * @param classes the kinds of streams; a stream is of the first class that has its name
 */
public record Dialect(
        List<String> stream,
        List<String> shutdown,
        String ackId,
        List<String> refusal,
        int streamsPerRequest,
        List<StreamClass> classes) {
    public static final int DEFAULT_STREAMS_PER_REQUEST = 100;
    /** Nothing is known of the messages. */
    public static final Dialect NONE =
            new Dialect(List.of(), List.of(), "", List.of(), DEFAULT_STREAMS_PER_REQUEST, List.of());

    private static final int MAX_POINTERS = 8;

    public Dialect {
        stream = stream == null ? List.of() : List.copyOf(stream);
        shutdown = shutdown == null ? List.of() : List.copyOf(shutdown);
        ackId = ackId == null ? "" : ackId;
        refusal = refusal == null ? List.of() : List.copyOf(refusal);
        classes = classes == null ? List.of() : List.copyOf(classes);
        Checks checks = new Checks();
        checkPointers(checks, "stream", stream);
        checkPointers(checks, "refusal", refusal);
        checks.require(
                        JsonText.isPointer(ackId),
                        "ackId",
                        Wording.quoted(ackId),
                        "a JSON pointer such as /id, or an empty text")
                .require(
                        shutdown.isEmpty() || !stream.isEmpty(),
                        "shutdown",
                        "names of streams, but no pointers to a stream's name",
                        "\"shutdown\" together with \"stream\"")
                .require(
                        refusal.isEmpty() || !ackId.isEmpty(),
                        "refusal",
                        "pointers into replies, but no pointer to a reply's id",
                        "\"refusal\" together with \"ackId\"")
                .require(
                        classes.isEmpty() || !stream.isEmpty(),
                        "classes",
                        "classes of streams, but no pointers to a stream's name",
                        "\"classes\" together with \"stream\"")
                .range("streamsPerRequest", streamsPerRequest, 1, 10_000)
                .throwIfAny("dialect");
    }

    /** A dialect that knows no classes of streams. */
    public Dialect(
            List<String> stream, List<String> shutdown, String ackId, List<String> refusal, int streamsPerRequest) {
        this(stream, shutdown, ackId, refusal, streamsPerRequest, List.of());
    }

    /** The class of a stream, {@link StreamClass#UNKNOWN} if it has none. */
    public StreamClass classOf(String name) {
        return classes.stream().filter(c -> c.has(name)).findFirst().orElse(StreamClass.UNKNOWN);
    }

    static void checkPointers(Checks checks, String field, List<String> pointers) {
        checks.require(
                pointers.size() <= MAX_POINTERS
                        && pointers.stream().allMatch(p -> !p.isEmpty() && JsonText.isPointer(p))
                        && pointers.stream().distinct().count() == pointers.size(),
                field,
                Wording.quoted(String.join(", ", pointers)),
                "up to " + MAX_POINTERS + " different JSON pointers such as /data/s");
    }
}
