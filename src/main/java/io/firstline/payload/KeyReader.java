package io.firstline.payload;

import java.util.List;
import java.util.Objects;

/**
 * Reads the values at some JSON pointers out of a message's bytes: in one pass, without a tree, a string or any other garbage. Meant
 * for the few keys that say which message a copy is, and so fast enough for every copy.
 *
 * <p><b>Pointers</b> are those of RFC 6901. In an array {@code /-1} is the last element and {@code /-2} the one before; in an object
 * {@code /0} and {@code /-1} are members of that name. At most {@value #MAX_POINTERS} pointers, no further back than
 * {@value PointerNode#MAX_FROM_END}, no deeper than {@value PointerNode#MAX_LEVELS}.
 *
 * <p><b>Values.</b> Strings, numbers, true and false are present. Objects and arrays are not, and nor is null: messages whose key is null
 * must not be taken for copies of each other. {@link #isNull} tells it from nothing at all. Of members of the same name the first
 * counts and the others are passed over, whatever they hold. Names are compared with their escapes resolved.
 *
 * <p><b>What is checked.</b> Reading ends when every pointer has led to a value or a null, at the comma or bracket behind the last one:
 * what follows is not looked at. Up to there the objects and arrays that pointers lead through are checked as RFC 8259 has it, with all
 * names, strings, numbers and literals in them. Of an object or array that no pointer leads into only this is checked: its strings
 * end, and as many brackets close as open. It may be of any depth. UTF-8 is not checked (text messages are when they arrive), nor is the
 * size of numbers. A byte order mark is an error.
 *
 * <p>One instance for each feed, for its event loop only. Values are read when they are asked for, from the bytes given last, which must
 * not change before that.
 */
public final class KeyReader {
    /** More would not be keys any more. */
    public static final int MAX_POINTERS = 64;

    private static final int ALL_FOUND = -2;

    private final PointerNode root = PointerNode.root();
    private final Scalar[] scalars;
    private final int places;
    private final JsonScanner json = new JsonScanner();
    private final Unescaped unescaped = new Unescaped();
    private int missing;

    /**
     * A reader of the values at these pointers, which are then numbered as they stand.
     *
     * @throws IllegalArgumentException for text that is no pointer, and for one that is too deep, too far back or too many
     */
    public KeyReader(List<String> pointers) {
        if (pointers.size() > MAX_POINTERS) {
            throw new IllegalArgumentException(pointers.size() + " pointers; at most " + MAX_POINTERS);
        }
        scalars = pointers.stream().map(p -> root.place(p).scalarHere()).toArray(Scalar[]::new);
        places = (int) pointers.stream().distinct().count();
    }

    /**
     * Reads a message; what the one before held is forgotten. Throws nothing, whatever the bytes are.
     *
     * @return false if it is not JSON, as far as that is checked: then nothing is present
     */
    public boolean read(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        forget();
        json.over(bytes, to);
        int end = value(root, json.space(from));
        if (end == ALL_FOUND || (end >= 0 && json.space(end) == to)) {
            return true;
        }
        forget();
        return false;
    }

    private void forget() {
        missing = places;
        for (Scalar scalar : scalars) {
            scalar.clear();
        }
    }

    /** Whether there is a string, a number, true or false at the pointer. */
    public boolean isPresent(int pointer) {
        return scalars[pointer].isPresent();
    }

    /** Whether there is a null at the pointer. */
    public boolean isNull(int pointer) {
        return scalars[pointer].isNull();
    }

    /**
     * A 64-bit hash (XXH3) of the value; 0 if none is present, never 0 otherwise. Strings are hashed with their escapes resolved, numbers
     * as they are written (1.0 is not 1), and the string "5" is not the number 5.
     */
    public long hash(int pointer) {
        return scalars[pointer].hash();
    }

    /** How many bytes the value has as it is written, quotes not counted; 0 if none is present. */
    public int length(int pointer) {
        return scalars[pointer].length();
    }

    /**
     * Whether the value is an integer that fits a long: a number without point and exponent, or a string of such digits with or
     * without a minus, leading zeros allowed.
     */
    public boolean isLong(int pointer) {
        return scalars[pointer].isLong();
    }

    /**
     * The integer at the pointer.
     *
     * @throws IllegalStateException unless {@link #isLong} says that there is one
     */
    public long asLong(int pointer) {
        return scalars[pointer].asLong();
    }

    /**
     * The string with its escapes resolved, or the number, {@code true} or {@code false} as written; null if none is present. This one
     * allocates: meant for the first sight of a name. What is not UTF-8 becomes U+FFFD.
     */
    public String text(int pointer) {
        return scalars[pointer].text();
    }

    // Recursion goes as deep as the pointers, not as deep as the message.

    private int value(PointerNode place, int at) {
        if (place != null) {
            int first = json.peek(at);
            if (first != '{' && first != '[') {
                return take(place.scalar(), at);
            }
            if (!place.isLeaf()) {
                return first == '{' ? object(place, at) : array(place, at);
            }
        }
        return json.value(at);
    }

    private int take(Scalar scalar, int at) {
        int end = json.value(at);
        if (end >= 0 && scalar != null) {
            scalar.take(json.bytes(), at, end, json.escaped());
            missing--;
        }
        return end;
    }

    private int object(PointerNode place, int at) {
        int pos = json.space(at + 1);
        if (json.peek(pos) == '}') {
            return pos + 1;
        }
        long seen = 0;
        while (true) {
            int nameEnd = json.peek(pos) == '"' ? json.string(pos) : JsonScanner.MALFORMED;
            if (nameEnd < 0) {
                return JsonScanner.MALFORMED;
            }
            int child = child(place, pos + 1, nameEnd - 1);
            long name = child < 0 ? 0 : 1L << child;
            PointerNode wanted = (name & ~seen) != 0 ? place.childAt(child) : null;
            seen |= name;
            int colon = json.space(nameEnd);
            if (json.peek(colon) != ':') {
                return JsonScanner.MALFORMED;
            }
            pos = behind(value(wanted, json.space(colon + 1)), '}');
            if (pos < 0) {
                return pos;
            }
            if (json.peek(pos) == '}') {
                return pos + 1;
            }
            pos = json.space(pos + 1);
        }
    }

    private int child(PointerNode place, int from, int to) {
        return json.escaped() ? place.childNamed(unescaped, json.bytes(), from, to) : place.childNamed(json, from, to);
    }

    private int array(PointerNode place, int at) {
        int pos = json.space(at + 1);
        if (json.peek(pos) == ']') {
            return pos + 1;
        }
        int elements = 0;
        while (true) {
            place.remember(elements, pos);
            pos = behind(value(place.element(elements++), pos), ']');
            if (pos < 0) {
                return pos;
            }
            if (json.peek(pos) == ']') {
                return lastElements(place, elements, pos + 1);
            }
            pos = json.space(pos + 1);
        }
    }

    /** Where the comma or bracket behind a value is: without it, a number may be cut off. */
    private int behind(int end, int bracket) {
        if (end < 0) {
            return end;
        }
        int pos = json.space(end);
        int next = json.peek(pos);
        if (next != ',' && next != bracket) {
            return JsonScanner.MALFORMED;
        }
        return missing == 0 ? ALL_FOUND : pos;
    }

    /** Goes back to the elements that are counted from the end, now that it is known. */
    private int lastElements(PointerNode array, int elements, int end) {
        for (PointerNode last : array.lastChildren()) {
            int start = last.startIn(array, elements);
            if (start >= 0 && value(last, start) == JsonScanner.MALFORMED) {
                return JsonScanner.MALFORMED;
            }
        }
        return missing == 0 ? ALL_FOUND : end;
    }
}
