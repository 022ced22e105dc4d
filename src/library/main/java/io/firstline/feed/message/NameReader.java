package io.firstline.feed.message;

import io.firstline.config.venue.NameRule;
import io.firstline.payload.KeyValues;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Reads the name of a message's stream by one rule of the profile. Immutable. */
final class NameReader {
    private static final int CONSTANT = -1;
    private static final int NONE = -1;

    private final List<FieldMatch> when;
    private final List<String> parts;
    /** By part: the index of its pointer among all pointers that are read, or {@link #CONSTANT}. */
    private final int[] pointers;
    /** By part: the hash of a constant. */
    private final long[] hashes;

    private final boolean hasPointers;
    /** By part: whether it is the stream of an id. */
    private final boolean[] learned;
    /** The index of the pointer to the first id, or {@link #NONE}. */
    private final int id;

    /**
     * Creates it once for all messages.
     *
     * @param placeOf returns the index of a pointer
     */
    NameReader(NameRule rule, List<FieldMatch> when, Function<String, Integer> placeOf) {
        this.when = when;
        this.parts = rule.name();
        this.pointers = parts.stream()
                .mapToInt(part -> isConstant(part) ? CONSTANT : placeOf.apply(NameRule.pointer(part)))
                .toArray();
        this.hashes = parts.stream()
                .mapToLong(part -> isConstant(part) ? NameHash.of(constant(part)) : 0)
                .toArray();
        this.hasPointers = !rule.pointers().isEmpty();
        this.learned = new boolean[pointers.length];
        int first = NONE;
        for (int i = pointers.length - 1; i >= 0; i--) {
            learned[i] = NameRule.isLearned(parts.get(i));
            first = learned[i] ? pointers[i] : first;
        }
        this.id = first;
    }

    private static boolean isConstant(String part) {
        return part.startsWith("=");
    }

    private static String constant(String part) {
        return part.substring(1);
    }

    private static boolean isThere(KeyValues read, int pointer) {
        return read.length(pointer) > 0;
    }

    /** Returns the indexes of the values that decide which name a message gets. */
    IntStream deciding() {
        return IntStream.concat(
                when.stream().mapToInt(FieldMatch::pointer),
                IntStream.of(pointers).filter(pointer -> pointer != CONSTANT));
    }

    private boolean applies(KeyValues read) {
        return when.isEmpty() || FieldMatch.anyIsTrue(when, read);
    }

    /** Returns the index of the pointer to the id that names the stream; negative = the rule needs none. */
    int id() {
        return id;
    }

    /** Returns whether the message has an id, whose stream is not known unless the rule names one. */
    boolean hasId(KeyValues read) {
        return id != NONE && read.isPresent(id) && applies(read) && LearnedIds.isId(read.json(id));
    }

    /**
     * Returns a hash of the stream's name; 0 = this rule names no stream.
     *
     * @param ids those of the connection; null = the profile has none
     */
    long hash(KeyValues read, LearnedIds ids) {
        if (!applies(read)) {
            return 0;
        }
        long hash = 0;
        boolean named = !hasPointers;
        for (int i = 0; i < pointers.length; i++) {
            int pointer = pointers[i];
            if (pointer == CONSTANT) {
                hash = NameHash.mixed(hash, hashes[i]);
            } else if (id != NONE && learned[i]) {
                LearnedIds.Id known = isThere(read, pointer) ? ids.get(read.hash(pointer)) : null;
                if (known == null) {
                    return 0;
                }
                hash = NameHash.mixed(hash, known.hash());
                named = true;
            } else if (isThere(read, pointer)) {
                hash = NameHash.mixed(hash, read.hash(pointer));
                named = true;
            }
        }
        return named ? hash : 0;
    }

    /** Returns the length of the name's values in the message, in bytes. */
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
     * @param ids those of the connection; null = the profile has none
     * @param named returns the profile's name for a value
     */
    String name(KeyValues read, LearnedIds ids, String separator, Function<String, String> named) {
        StringJoiner name = new StringJoiner(separator);
        for (int i = 0; i < pointers.length; i++) {
            if (pointers[i] == CONSTANT) {
                name.add(constant(parts.get(i)));
            } else if (learned[i]) {
                name.add(ids.get(read.hash(pointers[i])).stream());
            } else if (isThere(read, pointers[i])) {
                name.add(named.apply(read.text(pointers[i])));
            }
        }
        return name.toString();
    }
}
