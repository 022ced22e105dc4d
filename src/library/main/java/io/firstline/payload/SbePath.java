package io.firstline.payload;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way to a value in an SBE message, as a pointer: the id of the template, then
 *
 * <ul>
 *   <li>nothing: the id itself, in messages of this template;
 *   <li>{@code /8:int64}: a field at this offset of the block, of the type {@code int} or {@code uint} with 8 to 64 bits;
 *   <li>{@code /group16/group16/text8}: what follows the block, in order. A group has entries of one size, and their number
 *       has 8, 16 or 32 bits; so has the length of a text, the last of which is the value;
 *   <li>{@code /group32/0/0:int64}: a field of a group's first entry; {@code /-1} is its last entry.
 * </ul>
 *
 * @param template the id of the template
 * @param sections what follows the block, up to the one with the value; empty = the value is in the block
 * @param entry the entry of the last group, counted from 0 or, if negative, from the end
 * @param field the field; null = the text, or the id of the template
 */
record SbePath(int template, List<Section> sections, int entry, Field field) {
    /**
     * A group or a text behind the block.
     *
     * @param bits of the number of its entries or bytes
     */
    record Section(boolean isGroup, int bits) {}

    /** An integer in a block. */
    record Field(int offset, Type type, int bits) {}

    enum Type {
        INT,
        UINT
    }

    private static final int MAX_TEMPLATE = 0xFFFF;
    private static final Pattern MEANT = Pattern.compile("/[0-9]{1,5}(/.*)?");
    private static final String FIELD = "/([0-9]{1,5}):(u?int)(8|16|32|64)";
    private static final String SECTION = "/(group|text)(8|16|32)";
    private static final Pattern WHOLE =
            Pattern.compile("/([0-9]{1,5})((?:" + FIELD + ")|(?:" + SECTION + ")*/text(?:8|16|32)|(?:" + SECTION
                    + ")*/group(?:8|16|32)/(0|[1-9][0-9]{0,3}|-[1-9][0-9]?)(?:" + FIELD + "))?");

    private static final Pattern STEP = Pattern.compile(SECTION);
    private static final Pattern AT = Pattern.compile(FIELD + "$");
    private static final Pattern ENTRY = Pattern.compile("/(-?[0-9]+)/[0-9]+:");

    /** Whether a pointer begins as a path of SBE does; all others are for text messages. */
    static boolean isMeant(String pointer) {
        return MEANT.matcher(pointer).matches();
    }

    /** Whether it is such a path. */
    static boolean isPath(String pointer) {
        Matcher whole = WHOLE.matcher(pointer);
        return whole.matches() && Integer.parseInt(whole.group(1)) <= MAX_TEMPLATE;
    }

    /**
     * Reads a pointer.
     *
     * @throws IllegalArgumentException if it is no such path
     */
    static SbePath of(String pointer) {
        if (!isPath(pointer)) {
            throw new IllegalArgumentException("\"" + pointer + "\" is no path into an SBE message");
        }
        List<Section> sections = new ArrayList<>();
        for (Matcher step = STEP.matcher(pointer); step.find(); ) {
            sections.add(new Section(step.group(1).equals("group"), Integer.parseInt(step.group(2))));
        }
        Matcher at = AT.matcher(pointer);
        Field field = at.find()
                ? new Field(
                        Integer.parseInt(at.group(1)),
                        at.group(2).equals("int") ? Type.INT : Type.UINT,
                        Integer.parseInt(at.group(3)))
                : null;
        Matcher entry = ENTRY.matcher(pointer);
        boolean hasEntry = field != null && !sections.isEmpty() && entry.find();
        return new SbePath(
                Integer.parseInt(pointer.split("/", -1)[1]),
                List.copyOf(sections),
                hasEntry ? Integer.parseInt(entry.group(1)) : 0,
                field);
    }
}
