package io.firstline.config.venue;

import io.firstline.config.check.Records;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Message formats of venues that need little. */
public final class Formats {
    private Formats() {}

    /** The format of unknown messages with these components replaced. */
    public static MessageFormat with(Map<String, ?> components) {
        return Records.with(MessageFormat.NONE, components);
    }

    /** Streams are named by the values at these pointers. */
    public static MessageFormat named(List<String> stream, StreamClass... classes) {
        return with(Map.of("naming", StreamNaming.at(stream), "classes", List.of(classes)));
    }

    /**
     * Streams as at Binance, where an announcement of a shutdown is a stream too; replies have an id.
     *
     * @param refusal pointers at which any value means that a request is refused
     */
    public static MessageFormat replying(
            List<String> stream, List<String> shutdown, String ackId, List<String> refusal, int streamsPerRequest) {
        return with(Map.of(
                "naming",
                StreamNaming.at(stream),
                "notices",
                Notices.onStreams(shutdown),
                "acks",
                Acks.withId(ackId, refusal.stream().map(FieldMatcher::anyAt).toArray(FieldMatcher[]::new)),
                "protocol",
                protocol(Map.of("streamsPerRequest", streamsPerRequest))));
    }

    /** A connection that sends requests only, with these components in place of the default ones. */
    public static VenueProtocol protocol(Map<String, ?> components) {
        return Records.with(VenueProtocol.NONE, components);
    }

    /** How to recognise messages, by any value at these pointers. */
    public static MessageSigns signs(String... pointers) {
        return new MessageSigns(Stream.of(pointers).map(FieldMatcher::anyAt).toList(), List.of());
    }
}
