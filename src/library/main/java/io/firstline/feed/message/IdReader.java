package io.firstline.feed.message;

import io.firstline.config.venue.IdRule;
import io.firstline.config.venue.NameRule;
import io.firstline.payload.KeyValues;
import java.util.List;
import java.util.function.Function;

/** Reads from a message which id the server gives to a stream, by one rule of the profile. Immutable. */
final class IdReader {
    private final List<FieldMatch> when;
    private final int id;
    private final boolean ofRequest;
    /** Null = the message does not name the stream. */
    private final NameReader name;

    private final boolean rewrites;

    /**
     * Creates it once for all messages.
     *
     * @param placeOf returns the index of a pointer
     */
    IdReader(IdRule rule, List<FieldMatch> when, Function<String, Integer> placeOf) {
        this.when = when;
        this.id = placeOf.apply(rule.id());
        this.ofRequest = rule.isOfRequest();
        this.name =
                rule.told().isEmpty() ? null : new NameReader(new NameRule(List.of(), rule.told()), List.of(), placeOf);
        this.rewrites = rule.rewrite();
    }

    boolean isTrue(KeyValues read) {
        return FieldMatch.anyIsTrue(when, read);
    }

    /** Returns whether messages are published with another id. */
    boolean rewrites() {
        return rewrites;
    }

    /** Returns the index of the pointer to the id. */
    int id() {
        return id;
    }

    /** Returns whether the stream is that of the request that the message answers. */
    boolean isOfRequest() {
        return ofRequest;
    }

    /** Returns the name of the stream in the message; null = it has none, or one that is too long. */
    String stream(KeyValues read, String separator, Function<String, String> named) {
        return name == null || name.hash(read, null) == 0 || name.length(read) > StreamTable.MAX_NAME
                ? null
                : name.name(read, null, separator, named);
    }
}
