package io.firstline.feed.message;

import io.firstline.config.venue.NameRule;
import io.firstline.payload.KeyValues;
import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;

/** Reads the name of a message's stream by one rule of the profile. Immutable. */
final class NameReader {
    private static final int CONSTANT = -1;

    private final List<FieldMatch> when;
    private final List<String> parts;
    /** By part: the index of its pointer among all pointers that are read, or {@link #CONSTANT}. */
    private final int[] pointers;
    /** By part: the hash of a constant. */
    private final long[] hashes;

    private final boolean hasPointers;

    /**
     * Creates it once for all messages.
     *
     * @param placeOf returns the index of a pointer
     */
    NameReader(NameRule rule, List<FieldMatch> when, Function<String, Integer> placeOf) {
        this.when = when;
        this.parts = rule.name();
        this.pointers = parts.stream()
                .mapToInt(part -> part.startsWith("/") ? placeOf.apply(part) : CONSTANT)
                .toArray();
        this.hashes = parts.stream()
                .mapToLong(part -> part.startsWith("/") ? 0 : hash(constant(part)))
                .toArray();
        this.hasPointers = !rule.pointers().isEmpty();
    }

    private static String constant(String part) {
        return part.substring(1);
    }

    private static long hash(String constant) {
        byte[] bytes = constant.getBytes(StandardCharsets.UTF_8);
        return PayloadHash.of(new Payload().over(bytes, 0, bytes.length, true));
    }

    private static boolean isThere(KeyValues read, int pointer) {
        return read.length(pointer) > 0;
    }

    /** Returns a hash of the stream's name; 0 = this rule names no stream. */
    long hash(KeyValues read) {
        if (!when.isEmpty() && !FieldMatch.anyIsTrue(when, read)) {
            return 0;
        }
        long hash = 0;
        boolean named = !hasPointers;
        for (int i = 0; i < pointers.length; i++) {
            int pointer = pointers[i];
            if (pointer == CONSTANT) {
                hash = MessageReader.mixed(hash, hashes[i]);
            } else if (isThere(read, pointer)) {
                hash = MessageReader.mixed(hash, read.hash(pointer));
                named = true;
            }
        }
        return named ? hash : 0;
    }

    /** Returns the length of the name in the message, in bytes. */
    int length(KeyValues read) {
        int length = 0;
        for (int pointer : pointers) {
            length += pointer == CONSTANT ? 0 : read.length(pointer);
        }
        return length;
    }

    /**
     * Returns the name. Allocates.
     *
     * @param named returns the profile's name for a value
     */
    String name(KeyValues read, String separator, Function<String, String> named) {
        StringJoiner name = new StringJoiner(separator);
        for (int i = 0; i < pointers.length; i++) {
            if (pointers[i] == CONSTANT) {
                name.add(constant(parts.get(i)));
            } else if (isThere(read, pointers[i])) {
                name.add(named.apply(read.text(pointers[i])));
            }
        }
        return name.toString();
    }
}
