package io.firstline.feed.message;

import io.firstline.config.venue.StreamClass.Link;
import io.firstline.payload.KeyValues;
import io.firstline.payload.MaskedHash;
import java.util.List;

/** Reads from a message what identifies it, and its numbers. */
final class IdentityReader {
    private final MaskedHash maskedHash = new MaskedHash();

    /**
     * Reads them into a copy with a stream.
     *
     * @param nameHash the hash of the name of its stream
     */
    void identify(ArrivingCopy copy, KeyValues read, long nameHash) {
        ValuePlaces at = copy.streamWatch().places;
        copy.key = identity(read, at, nameHash);
        if (!at.ignore().isEmpty()) {
            ignore(copy, read, at.ignore());
        }
        copy.snapshot = FieldMatch.anyIsTrue(at.snapshot(), read);
        copy.last = number(read, at.last());
        if (copy.last != OutgoingCopy.NO_NUMBER) {
            copy.first = firstNumber(read, at, copy.last, copy.snapshot);
            copy.restarts = restarts(read, at, copy.first, copy.last);
        }
    }

    /** Compares a copy without the values at these pointers. */
    void ignore(ArrivingCopy copy, KeyValues read, List<Integer> pointers) {
        copy.hash = maskedHash.of(copy.payload(), read, pointers);
    }

    /**
     * Returns a hash that identifies the message among those of all streams; 0 = it has no key, only its bytes
     * identify it.
     */
    private static long identity(KeyValues read, ValuePlaces at, long nameHash) {
        long identity = 0;
        for (int i = 0; i < at.key().size(); i++) {
            long hash = read.contentHash(at.key().get(i));
            if (hash != 0) {
                identity = NameHash.mixed(identity, hash);
            }
        }
        return identity == 0 ? 0 : NameHash.mixed(identity, nameHash);
    }

    /**
     * Returns the first number that it covers, or the number of the message before it plus one, if it contains
     * either.
     */
    static long firstNumber(KeyValues read, ValuePlaces at, long last, boolean snapshot) {
        Link link = at.type().sequence().link();
        if (snapshot && (link == Link.PLUS_ONE || link == Link.PREVIOUS)) {
            return Math.min(0, last); // it includes all earlier numbers
        }
        switch (link) {
            case PLUS_ONE -> {
                long first = number(read, at.first());
                return first == OutgoingCopy.NO_NUMBER ? last : first;
            }
            case PREVIOUS -> {
                long previous = number(read, at.previous());
                return previous == OutgoingCopy.NO_NUMBER
                        ? OutgoingCopy.NO_NUMBER
                        : previous + 1; // without its link it proves nothing
            }
            default -> {
                return OutgoingCopy.NO_NUMBER;
            }
        }
    }

    /** Returns whether the venue restarts its numbering with this message. */
    private static boolean restarts(KeyValues read, ValuePlaces at, long first, long last) {
        return FieldMatch.anyIsTrue(at.reset(), read)
                || (at.type().sequence().link() == Link.PREVIOUS
                        && first != OutgoingCopy.NO_NUMBER
                        && first > last + 1);
    }

    /** Returns the first of these values that is a number. */
    static long number(KeyValues read, List<Integer> pointers) {
        for (int i = 0; i < pointers.size(); i++) {
            if (read.isLong(pointers.get(i))) {
                return read.asLong(pointers.get(i));
            }
        }
        return OutgoingCopy.NO_NUMBER;
    }
}
