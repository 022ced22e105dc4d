package io.firstline.payload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A place in a message that pointers lead to or through. The places form a tree; its root is the whole message. */
final class PointerNode {
    /** A pointer may count at most this far from the end of an array: the starts of as many elements are kept. */
    static final int MAX_FROM_END = 64;

    /** The deepest level of a pointer: reading makes one nested call a level. */
    static final int MAX_LEVELS = 64;

    private static final PointerNode[] NONE = {};
    private static final int NO_INDEX = -1;
    /** The step to the only member of an object, whatever its name is. */
    static final String ONLY_MEMBER = "?";

    private static final String FROM_END = "-[1-9][0-9]?";

    private final String token;
    private final byte[] key;
    private final long keyWord;
    private final int index;
    private final int fromEnd;
    private final boolean isName;

    private PointerNode[] children = NONE;
    /** The number of a child by the {@link #slot} of its key's word, or of the next ones that are not taken. */
    private byte[] slots = {-1};

    private PointerNode[] lastChildren = NONE;
    private int[] lastStarts = {};
    private int occurrences;
    /** The place of an object's only member; then it has no other children. */
    private PointerNode only;

    private Scalar scalar;

    private PointerNode(String token) {
        this.token = token;
        this.key = token.getBytes(StandardCharsets.UTF_8);
        JsonScanner text = new JsonScanner();
        text.over(key, key.length);
        this.keyWord = text.word(0, key.length);
        this.index = token.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(token) : NO_INDEX;
        this.isName = token.equals(ONLY_MEMBER);
        this.fromEnd = token.matches(FROM_END) ? -Integer.parseInt(token) : 0;
    }

    static PointerNode root() {
        return new PointerNode("");
    }

    /**
     * The place that a pointer leads to from here, added if absent.
     *
     * @throws IllegalArgumentException if the text is not a pointer or can never match; the message names it
     */
    PointerNode place(String pointer) {
        require(pointer.isEmpty() || pointer.startsWith("/"), pointer, "it must be empty or begin with /");
        require(!pointer.matches("(?s).*~([^01].*)?"), pointer, "~ must be followed by 0 (for ~) or 1 (for /)");
        String[] tokens = pointer.split("/", -1);
        require(tokens.length - 1 <= MAX_LEVELS, pointer, "more than " + MAX_LEVELS + " levels");
        PointerNode place = this;
        for (int i = 1; i < tokens.length; i++) {
            String token = tokens[i].replace("~1", "/").replace("~0", "~");
            boolean tooFar = token.matches("-[1-9][0-9]+")
                    && (!token.matches(FROM_END) || -Integer.parseInt(token) > MAX_FROM_END);
            require(!tooFar, pointer, "it counts back from an array's end by more than " + MAX_FROM_END);
            place = place.child(token);
        }
        requireOnlyMembersAlone(pointer);
        return place;
    }

    private void requireOnlyMembersAlone(String pointer) {
        require(only == null || children.length == 0, pointer, "? is the only member, and others are read beside it");
        if (only != null) {
            only.requireOnlyMembersAlone(pointer);
        }
        for (PointerNode child : children) {
            child.requireOnlyMembersAlone(pointer);
        }
    }

    private static void require(boolean holds, String pointer, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException("\"" + pointer + "\" cannot be read: " + allowed);
        }
    }

    private PointerNode child(String childToken) {
        for (PointerNode child : children) {
            if (child.token.equals(childToken)) {
                return child;
            }
        }
        PointerNode child = new PointerNode(childToken);
        if (childToken.equals(ONLY_MEMBER)) {
            only = only == null ? child : only;
            return only;
        }
        children = with(children, child);
        fillSlots();
        if (child.fromEnd > 0) {
            lastChildren = with(lastChildren, child);
            int size = Integer.highestOneBit(2 * child.fromEnd - 1); // the next power of two
            lastStarts = new int[Math.max(size, lastStarts.length)];
        }
        return child;
    }

    /** At most a quarter of the slots are taken, so that most names of other members find none. */
    private void fillSlots() {
        slots = new byte[Integer.highestOneBit(children.length) * 8];
        Arrays.fill(slots, (byte) -1);
        for (byte i = 0; i < children.length; i++) {
            int slot = slot(children[i].keyWord);
            while (slots[slot] >= 0) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = i;
        }
    }

    private int slot(long word) {
        long mixed = word * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & (slots.length - 1);
    }

    private static PointerNode[] with(PointerNode[] nodes, PointerNode last) {
        PointerNode[] more = Arrays.copyOf(nodes, nodes.length + 1);
        more[nodes.length] = last;
        return more;
    }

    /** The place of an object's only member; null if no pointer leads there. */
    PointerNode only() {
        return only;
    }

    /** Whether a pointer that ends here reads a member's name, not its value. */
    boolean isName() {
        return isName;
    }

    /** The number of places below and including this one that lead to an only member. */
    int onlyMembers() {
        int sum = only == null ? 0 : 1 + only.onlyMembers();
        for (PointerNode child : children) {
            sum += child.onlyMembers();
        }
        return sum;
    }

    /** Whether the place of a value is enough to know what pointers read there, here and below. */
    boolean isFixed() {
        boolean isFixed = only == null
                && lastChildren.length == 0
                && (children.length == 0 || scalar == null || !scalar.takesContainers());
        for (PointerNode child : children) {
            isFixed &= child.isFixed();
        }
        return isFixed;
    }

    /** Forgets the values here and below. */
    void clear() {
        if (scalar != null) {
            scalar.clear();
        }
        if (only != null) {
            only.clear();
        }
        for (PointerNode child : children) {
            child.clear();
        }
    }

    /** The value that a pointer ending here reads. Pointers to the same place share it. */
    Scalar scalarHere() {
        if (scalar == null) {
            scalar = new Scalar();
        }
        return scalar;
    }

    /** Null if no pointer ends here. */
    Scalar scalar() {
        return scalar;
    }

    boolean isLeaf() {
        return children.length == 0 && only == null;
    }

    PointerNode childAt(int number) {
        return children[number];
    }

    /** The number of the child with this key, or -1. */
    int childNamed(JsonScanner text, int from, int to) {
        int length = to - from;
        long word = text.word(from, length);
        int slot = slot(word);
        for (int i = slots[slot]; i >= 0; i = slots[slot]) {
            if (children[i].keyWord == word && children[i].hasKey(text.bytes(), from, to, length)) {
                return i;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        return -1;
    }

    private boolean hasKey(byte[] bytes, int from, int to, int length) {
        return key.length == length
                && (length <= Long.BYTES || Arrays.equals(bytes, from + Long.BYTES, to, key, Long.BYTES, length));
    }

    /** The same for a key with escapes. */
    int childNamed(Unescaped name, byte[] bytes, int from, int to) {
        for (int i = 0; i < children.length; i++) {
            name.over(bytes, from, to);
            if (name.is(children[i].key)) {
                return i;
            }
        }
        return -1;
    }

    /** The place of an array's element, counted from 0, or null. */
    PointerNode element(int elementIndex) {
        int child = childAtIndex(elementIndex);
        return child < 0 ? null : children[child];
    }

    /** The number of the child with this index, or -1. */
    int childAtIndex(int childIndex) {
        for (int i = 0; i < children.length; i++) {
            if (children[i].index == childIndex) {
                return i;
            }
        }
        return -1;
    }

    /** The number of places below, without that of an only member. */
    int children() {
        return children.length;
    }

    /** Whether places below have an index above 0: in protobuf, fields of a message. */
    boolean hasFields() {
        for (PointerNode child : children) {
            if (child.index > 0) {
                return true;
            }
        }
        return false;
    }

    /** The number of occurrences of a repeated field so far. */
    int occurrences() {
        return occurrences;
    }

    /** A repeated field occurs here. */
    void occurs(int start) {
        remember(occurrences++, start);
    }

    /** Forgets the occurrences of the fields below. */
    void forgetOccurrences() {
        for (PointerNode child : children) {
            child.occurrences = 0;
        }
    }

    /** The places that are counted from an array's end. */
    PointerNode[] lastChildren() {
        return lastChildren;
    }

    /** Keeps the start of an element while a pointer from the end may lead to it. */
    void remember(int elementIndex, int start) {
        if (lastStarts.length > 0) {
            lastStarts[elementIndex & (lastStarts.length - 1)] = start;
        }
    }

    /** The start of this place in an array that was read to its end, or -1 if the array is too short. */
    int startIn(PointerNode array, int elements) {
        return fromEnd > elements ? -1 : array.lastStarts[(elements - fromEnd) & (array.lastStarts.length - 1)];
    }
}
