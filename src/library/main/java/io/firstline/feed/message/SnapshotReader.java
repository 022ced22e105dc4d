package io.firstline.feed.message;

import io.firstline.config.venue.FieldMatcher;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.StreamClass;
import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import io.firstline.payload.ValueReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads published messages of one class of streams a second time, while a snapshot is being joined to them: whether a
 * message is a snapshot, and its numbers. Used on one thread.
 */
public final class SnapshotReader {
    private final ValuePlaces places;
    private final KeyReader text;
    /** Null = binary messages are not read. */
    private final ValueReader binary;

    /**
     * The facts of a message.
     *
     * @param first the first number that it covers; {@link OutgoingCopy#NO_NUMBER} if numbers prove nothing here
     * @param last the last number that it covers; {@code NO_NUMBER} if it has none
     * @param resets whether it says that the venue counts again
     */
    public record Facts(boolean isSnapshot, long first, long last, boolean resets) {
        /** Of a message without numbers. */
        public static final Facts NONE = new Facts(false, OutgoingCopy.NO_NUMBER, OutgoingCopy.NO_NUMBER, false);

        /** Of a message with numbers that is not a snapshot. */
        public static Facts numbered(long first, long last) {
            return new Facts(false, first, last, false);
        }

        /** Whether no number between this one and its last one is missing. */
        public boolean proves(long number) {
            return first != OutgoingCopy.NO_NUMBER && first <= number + 1;
        }

        public boolean isNumbered() {
            return last != OutgoingCopy.NO_NUMBER;
        }
    }

    public SnapshotReader(MessageFormat format, StreamClass type) {
        List<String> pointers = new ArrayList<>();
        this.places = new ValuePlaces(
                0,
                type,
                List.of(),
                List.of(),
                null,
                placed(type.sequence().last(), pointers),
                placed(type.sequence().first(), pointers),
                placed(type.sequence().previous(), pointers),
                signs(type.sequence().reset(), pointers),
                signs(type.snapshot(), pointers));
        Set<String> containers = type.snapshot().stream()
                .filter(FieldMatcher::isAny)
                .map(FieldMatcher::at)
                .collect(Collectors.toSet());
        this.text = new KeyReader(pointers, containers);
        this.binary = BinaryValues.reader(format.content().payload(), pointers, containers);
    }

    private static List<FieldMatch> signs(List<FieldMatcher> signs, List<String> pointers) {
        return signs.stream()
                .map(sign -> new FieldMatch(sign, ProfileLayout.placed(sign.at(), pointers)))
                .toList();
    }

    private static List<Integer> placed(List<String> wanted, List<String> pointers) {
        return wanted.stream()
                .map(pointer -> ProfileLayout.placed(pointer, pointers))
                .toList();
    }

    /** Reads a message. */
    public Facts read(byte[] message, boolean isText) {
        ValueReader reader = isText ? text : binary;
        KeyValues read = reader == null ? null : reader.read(message, 0, message.length);
        if (read == null) {
            return Facts.NONE;
        }
        long last = IdentityReader.number(read, places.last());
        boolean snapshot = FieldMatch.anyIsTrue(places.snapshot(), read);
        return new Facts(
                snapshot,
                last == OutgoingCopy.NO_NUMBER ? last : IdentityReader.firstNumber(read, places, last, snapshot),
                last,
                FieldMatch.anyIsTrue(places.reset(), read));
    }
}
