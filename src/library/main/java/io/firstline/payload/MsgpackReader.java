package io.firstline.payload;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Reads the values at some JSON pointers from a MessagePack message, in one pass, without a tree or other garbage (a
 * floating-point value at a pointer is written as text). Pointers and values are those of {@link KeyReader}: maps are
 * objects, of which members with other names than texts are skipped.
 *
 * <p>Binary data counts as text. A time stamp is a number of nanoseconds since the Unix epoch; other extensions are texts
 * of their bytes. An integer has the same hash as in JSON.
 *
 * <p><b>Checks.</b> The message must be one whole value; reading ends behind the last wanted value. UTF-8 is not checked.
 */
public final class MsgpackReader implements ValueReader {
    private static final int MALFORMED = MsgpackScanner.MALFORMED;
    private static final int ALL_FOUND = -2;

    private static final int TIME_STAMP = -1;
    private static final long NANOS = 1_000_000_000L;
    /** Later and earlier times do not fit 64 bits. */
    private static final long MAX_SECONDS = Long.MAX_VALUE / NANOS - 1;

    private final PointerNode root = PointerNode.root();
    private final Scalar[] scalars;
    private final KeyValues values;
    private final int places;
    private final MsgpackScanner msgpack = new MsgpackScanner();
    private final JsonScanner names = new JsonScanner();
    private int missing;

    /**
     * Makes a reader of the values at these pointers. A pointer's position in the list is its number.
     *
     * @param containers the pointers whose value may be an object or array
     * @throws IllegalArgumentException as {@link KeyReader} does
     */
    public MsgpackReader(List<String> pointers, Set<String> containers) {
        scalars = pointers.stream().map(p -> root.place(p).scalarHere()).toArray(Scalar[]::new);
        containers.forEach(p -> root.place(p).scalarHere().takeContainers());
        values = new KeyValues(scalars);
        places = (int) pointers.stream().distinct().count() + root.onlyMembers();
    }

    /** Reads a message; null if a check finds that it is not MessagePack. */
    @Override
    public KeyValues read(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        missing = places;
        for (Scalar scalar : scalars) {
            scalar.clear();
        }
        msgpack.over(bytes, to);
        names.over(bytes, to);
        int end = value(root, from);
        return end == ALL_FOUND || end == to ? values : null;
    }

    // The depth of the recursion is that of the pointers, not of the message.

    private int value(PointerNode place, int at) {
        if (place == null || (place.isLeaf() && place.scalar() == null) || place.isName()) {
            return place != null && place.isName() ? named(place, at) : msgpack.value(at);
        }
        int behind = msgpack.head(at);
        if (behind < 0) {
            return MALFORMED;
        }
        MsgpackScanner.Kind kind = msgpack.kind();
        if (kind != MsgpackScanner.Kind.MAP && kind != MsgpackScanner.Kind.ARRAY) {
            if (place.scalar() != null) {
                take(place.scalar(), at, behind);
                missing--;
            }
            return found(behind);
        }
        int end = inside(place, at, kind);
        if (end >= 0 && place.scalar() != null && place.scalar().takesContainers()) {
            place.scalar().takeContainer(msgpack.bytes(), at, end);
            missing--;
        }
        return end < 0 ? end : found(end);
    }

    /** Reads the value of an only member, whose place also stands for its name. */
    private int named(PointerNode only, int at) {
        if (only.isLeaf()) {
            return msgpack.value(at);
        }
        int behind = msgpack.head(at);
        boolean isContainer = behind >= 0
                && (msgpack.kind() == MsgpackScanner.Kind.MAP || msgpack.kind() == MsgpackScanner.Kind.ARRAY);
        return isContainer ? inside(only, at, msgpack.kind()) : behind;
    }

    private int inside(PointerNode place, int at, MsgpackScanner.Kind kind) {
        if (place.isLeaf()) {
            return msgpack.value(at);
        }
        long count = msgpack.count();
        return kind == MsgpackScanner.Kind.ARRAY
                ? array(place, msgpack.body(), count)
                : place.only() == null
                        ? object(place, msgpack.body(), count)
                        : onlyMember(place.only(), msgpack.body(), count);
    }

    private int found(int end) {
        return missing == 0 ? ALL_FOUND : end;
    }

    private void take(Scalar scalar, int at, int end) {
        int body = msgpack.body();
        int size = msgpack.size();
        switch (msgpack.kind()) {
            case NULL -> scalar.takeNull(at);
            case BOOLEAN -> scalar.takeBoolean((msgpack.bytes()[at] & 1) != 0, at, end);
            case INT -> scalar.takeNumber(msgpack.signed(body, size), at, end);
            case UINT -> scalar.takeUnsigned(msgpack.unsigned(body, size), at, end);
            case FLOAT -> scalar.takeNumber(msgpack.real(body, size), at, end);
            case TEXT -> scalar.takeText(msgpack.bytes(), body, end);
            default -> takeExtension(scalar, at, body, end);
        }
    }

    private void takeExtension(Scalar scalar, int at, int body, int end) {
        int length = end - body - 1;
        if (msgpack.bytes()[body] != TIME_STAMP || (length != 4 && length != 8 && length != 12)) {
            scalar.takeText(msgpack.bytes(), body, end);
            return;
        }
        int from = body + 1;
        long word = length == 8 ? msgpack.unsigned(from, 8) : 0;
        long seconds =
                switch (length) {
                    case 4 -> msgpack.unsigned(from, 4);
                    case 8 -> word & (1L << 34) - 1;
                    default -> msgpack.unsigned(from + 4, 8);
                };
        long nanos =
                switch (length) {
                    case 4 -> 0;
                    case 8 -> word >>> 34;
                    default -> msgpack.unsigned(from, 4);
                };
        if (Math.abs(seconds) > MAX_SECONDS || seconds == Long.MIN_VALUE) {
            scalar.takeText(msgpack.bytes(), body, end);
        } else {
            scalar.takeNumber(seconds * NANOS + nanos, at, end);
        }
    }

    private int object(PointerNode place, int at, long members) {
        int pos = at;
        long seen = 0;
        for (long i = 0; i < members; i++) {
            int nameEnd = msgpack.head(pos);
            int child = nameEnd >= 0 && msgpack.kind() == MsgpackScanner.Kind.TEXT
                    ? place.childNamed(names, msgpack.body(), nameEnd)
                    : -1;
            nameEnd = msgpack.kind() == MsgpackScanner.Kind.TEXT ? nameEnd : msgpack.value(pos);
            if (nameEnd < 0) {
                return MALFORMED;
            }
            long name = child < 0 ? 0 : 1L << child;
            pos = value((name & ~seen) != 0 ? place.childAt(child) : null, nameEnd);
            seen |= name;
            if (pos < 0) {
                return pos;
            }
        }
        return pos;
    }

    /** Reads the first member of an object; forgets it if there are more. */
    private int onlyMember(PointerNode only, int at, long members) {
        if (members == 0) {
            return at;
        }
        int nameEnd = msgpack.head(at);
        if (nameEnd < 0 || msgpack.kind() != MsgpackScanner.Kind.TEXT) {
            return skip(at, 2 * members);
        }
        int name = msgpack.body();
        if (members > 1) {
            return skip(at, 2 * members);
        }
        int end = value(only, nameEnd);
        if (end != MALFORMED) {
            missing--;
            if (only.scalar() != null) {
                only.scalar().takeText(msgpack.bytes(), name, nameEnd);
                missing--;
            }
        }
        return end;
    }

    private int skip(int at, long count) {
        int pos = at;
        for (long i = 0; i < count && pos >= 0; i++) {
            pos = msgpack.value(pos);
        }
        return pos;
    }

    private int array(PointerNode place, int at, long count) {
        int pos = at;
        for (long i = 0; i < count; i++) {
            int element = (int) Math.min(i, Integer.MAX_VALUE);
            place.remember(element, pos);
            pos = value(place.element(element), pos);
            if (pos < 0) {
                return pos;
            }
        }
        return lastElements(place, (int) Math.min(count, Integer.MAX_VALUE), pos);
    }

    /** Reads the elements that are counted from the end, once the end is known. */
    private int lastElements(PointerNode array, int elements, int end) {
        for (PointerNode last : array.lastChildren()) {
            int start = last.startIn(array, elements);
            if (start >= 0 && value(last, start) == MALFORMED) {
                return MALFORMED;
            }
        }
        return found(end);
    }
}
