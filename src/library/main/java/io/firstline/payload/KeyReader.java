package io.firstline.payload;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Reads the values at some JSON pointers from a message's bytes, in one pass, without a tree, a string or other
 * garbage. It is fast enough to read the identity keys of every copy.
 *
 * <p><b>Pointers</b> follow RFC 6901. In an array {@code /-1} is the last element and {@code /-2} the one before it; in
 * an object {@code /0} and {@code /-1} are members of that name. {@code /?} is the only member of an object: a pointer
 * that ends there reads its name, and {@code /?/x} reads in its value; if the object has several members, nothing is
 * there. Limits: {@value #MAX_POINTERS} pointers, {@value PointerNode#MAX_FROM_END} elements from the end, {@value
 * PointerNode#MAX_LEVELS} levels.
 *
 * <p><b>Values.</b> Strings, numbers, true and false are present. Objects, arrays and null are not: two messages with a
 * null key must not match as copies. {@link KeyValues#isNull} distinguishes null from an absent value. If an object
 * repeats a name, the first member counts and the others are ignored. Names are compared with their escapes resolved.
 * If a pointer takes them, an object or array has a {@link KeyValues#contentHash}: that of its bytes.
 *
 * <p><b>Checks.</b> Reading ends at the comma or bracket behind the last wanted value; the rest is not read. Until
 * then, objects and arrays that pointers lead through are checked as RFC 8259 demands, with all their names, strings,
 * numbers and literals. In any other object or array, only the ends of strings and the number of brackets are checked;
 * its depth is not limited. UTF-8 (checked on arrival) and the size of numbers are not checked. A byte order mark is an
 * error.
 *
 * <p>A feed has one instance, used on its event loop only.
 */
public final class KeyReader implements ValueReader {
    /** Keys need no more. */
    public static final int MAX_POINTERS = 64;

    private static final int ALL_FOUND = -2;

    private final PointerNode root = PointerNode.root();
    private final KeyValues values;
    /** The values of the last message. */
    private final Scalar[] taken;

    private int takenCount;
    private final int places;
    private final JsonScanner json = new JsonScanner();
    private final Unescaped unescaped = new Unescaped();
    /** Null = a pointer depends on more than the place of a value. */
    private final KnownLayouts layouts;

    private final KnownShapes shapes = new KnownShapes();
    /** Of the last message; null = it was not known. */
    private KnownShapes.Shape shape;
    /** The position of that message in its array. */
    private int start;

    private int missing;

    /**
     * Makes a reader of the values at these pointers. A pointer's position in the list is its number.
     *
     * @throws IllegalArgumentException if a text is not a pointer, if a pointer is too deep or too far from the end, or
     *     if there are too many
     */
    public KeyReader(List<String> pointers) {
        this(pointers, Set.of());
    }

    /**
     * Makes a reader that also takes objects and arrays.
     *
     * @param containers the pointers whose value may be an object or array
     * @throws IllegalArgumentException as above
     */
    public KeyReader(List<String> pointers, Set<String> containers) {
        this(pointers, containers, Set.of());
    }

    /**
     * Makes a reader for which something can be {@link #note noted} of messages.
     *
     * @param containers the pointers whose value may be an object or array
     * @param deciding the pointers whose values decide it
     * @throws IllegalArgumentException as above
     */
    public KeyReader(List<String> pointers, Set<String> containers, Set<String> deciding) {
        if (pointers.size() > MAX_POINTERS) {
            throw new IllegalArgumentException(pointers.size() + " pointers; at most " + MAX_POINTERS);
        }
        Scalar[] scalars =
                pointers.stream().map(p -> root.place(p).scalarHere()).toArray(Scalar[]::new);
        containers.forEach(p -> root.place(p).scalarHere().takeContainers());
        deciding.forEach(p -> root.place(p).scalarHere().decide());
        values = new KeyValues(scalars);
        taken = new Scalar[scalars.length];
        places = (int) pointers.stream().distinct().count() + root.onlyMembers();
        layouts = root.scalar() == null && root.isFixed() ? new KnownLayouts() : null;
    }

    /** Reads a message; null if a check finds that it is not JSON. */
    @Override
    public KeyValues read(byte[] bytes, int from, int to) {
        KeyValues alike = readAlike(bytes, from, to);
        return alike != null ? alike : readOther(bytes, from, to);
    }

    /**
     * Reads a message that differs from one of the last messages only in digits of its values; null if it does not. Then
     * either both are one JSON value, or none is.
     */
    public KeyValues readAlike(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        KnownShapes.Shape known = shapes.of(bytes, from, to);
        if (known == null) {
            return null;
        }
        if (known == shape && from == start && isIn(bytes)) {
            known.takeAgain();
        } else {
            forget();
            takenCount = known.take(bytes, from, taken);
            shape = known;
            start = from;
        }
        return values;
    }

    /**
     * Returns what was noted of an earlier message that differs from the last one only in digits of its values, but not in its
     * deciding values; null = nothing.
     */
    public Object note() {
        return shape == null ? null : shape.note();
    }

    /** Notes what is true of the last message and of all such messages; forgotten with their shape. */
    public void note(Object what) {
        if (shape != null) {
            shape.note(what);
        }
    }

    private boolean isIn(byte[] bytes) {
        return takenCount > 0 && taken[0].isIn(bytes);
    }

    /** Reads a message that {@link #readAlike} has not read; null if a check finds that it is not JSON. */
    public KeyValues readOther(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        shape = null;
        forget();
        if (!isRead(bytes, from, to)) {
            return null;
        }
        shapes.learn(bytes, from, to, taken, takenCount);
        return values;
    }

    private boolean isRead(byte[] bytes, int from, int to) {
        json.over(bytes, to);
        if (layouts != null && hasKnownLayout(from, to)) {
            return true;
        }
        int end = value(root, json.space(from));
        boolean isJson = end == ALL_FOUND || (end >= 0 && json.space(end) == to);
        if (isJson && layouts != null) {
            layouts.learn(bytes, from, to, end != ALL_FOUND);
        }
        return isJson;
    }

    /** Reads the message if its layout is known; otherwise it must be read in full. */
    private boolean hasKnownLayout(int from, int to) {
        KnownLayouts.Step step = layouts.start();
        if (step == null) {
            return false;
        }
        int at = from;
        boolean matches = true;
        while (matches) {
            step = step.next(json, at, to - at);
            if (step != null && step.isEnd()) {
                layouts.matched();
                return true;
            }
            int end = step == null ? JsonScanner.MALFORMED : knownValue(step.place, at + step.length);
            if (end >= 0 && missing == 0) {
                end = behind(end, step.bracket); // as if read in full, the rest is not read
                if (end == ALL_FOUND) {
                    layouts.matched();
                    return true;
                }
            }
            matches = end >= 0;
            at = end;
        }
        forget();
        layouts.record();
        return false;
    }

    private int knownValue(PointerNode place, int at) {
        if (place == null) {
            return json.value(at);
        }
        int first = json.peek(at);
        boolean isWithin = !place.isLeaf() && (first == '{' || first == '[');
        return isWithin ? JsonScanner.MALFORMED : value(place, at); // pointers lead into it
    }

    private void forget() {
        missing = places;
        while (takenCount > 0) {
            taken[--takenCount].clear(); // most of the others are in no message
        }
    }

    private void take(Scalar scalar, int at, int end, boolean escaped) {
        scalar.take(json.bytes(), at, end, escaped);
        if (taken[takenCount] != scalar) { // mostly as in the last message: see Scalar
            taken[takenCount] = scalar;
        }
        takenCount++;
        missing--;
    }

    // The depth of the recursion is that of the pointers, not of the message.

    private int value(PointerNode place, int at) {
        if (place != null) {
            int first = json.peek(at);
            if (first != '{' && first != '[') {
                return place.isName() ? json.value(at) : take(place.scalar(), at);
            }
            int end = place.isLeaf() ? json.value(at) : first == '{' ? object(place, at) : array(place, at);
            if (end >= 0 && place.scalar() != null && place.scalar().takesContainers() && !place.isName()) {
                take(place.scalar(), at, end, false); // before this, not all were found, so it was read to its end
            }
            return end;
        }
        return json.value(at);
    }

    private int take(Scalar scalar, int at) {
        int end = json.value(at);
        if (end >= 0 && scalar != null) {
            take(scalar, at, end, json.escaped());
        }
        return end;
    }

    private int object(PointerNode place, int at) {
        int pos = json.space(at + 1);
        if (json.peek(pos) == '}') {
            return pos + 1;
        }
        if (place.only() != null) {
            return onlyMember(place.only(), pos);
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
            pos = member(wanted, json.space(colon + 1), '}');
            if (pos < 0) {
                return pos;
            }
            if (json.peek(pos) == '}') {
                return pos + 1;
            }
            pos = json.space(pos + 1);
        }
    }

    /** Reads a value in an object or array; returns the position of the comma or bracket behind it. */
    private int member(PointerNode place, int at, int bracket) {
        int end = value(place, at);
        if (layouts != null && end >= 0) {
            int first = json.peek(at);
            if (place == null || place.isLeaf() || (first != '{' && first != '[')) {
                layouts.value(place, at, end, bracket);
            }
        }
        return behind(end, bracket);
    }

    /** Reads the first member of an object; forgets it if there are more. */
    private int onlyMember(PointerNode only, int at) {
        int pos = at;
        int members = 0;
        int nameEnd = 0;
        boolean escaped = false;
        while (true) {
            int end = json.peek(pos) == '"' ? json.string(pos) : JsonScanner.MALFORMED;
            int colon = end < 0 ? end : json.space(end);
            if (colon < 0 || json.peek(colon) != ':') {
                return JsonScanner.MALFORMED;
            }
            if (members++ == 0) {
                nameEnd = end;
                escaped = json.escaped();
            }
            // not all are found before the object ends
            pos = behind(value(members == 1 ? only : null, json.space(colon + 1)), '}');
            if (pos < 0) {
                return pos;
            }
            if (json.peek(pos) == '}') {
                break;
            }
            pos = json.space(pos + 1);
        }
        if (members > 1) {
            only.clear();
        } else {
            missing--;
            if (only.scalar() != null) {
                take(only.scalar(), at, nameEnd, escaped);
            }
        }
        return pos + 1;
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
            pos = member(place.element(elements++), pos, ']');
            if (pos < 0) {
                return pos;
            }
            if (json.peek(pos) == ']') {
                return lastElements(place, elements, pos + 1);
            }
            pos = json.space(pos + 1);
        }
    }

    /** The position of the comma or bracket behind a value. Without one, a number may be incomplete. */
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

    /** Reads the elements that are counted from the end, once the end is known. */
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
