package io.firstline.config.venue;

import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.Problem;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** The encoding of a venue's binary messages. Text messages are never encoded. */
public enum PayloadEncoding {
    /** Unknown: they are passed on unread. */
    NONE,
    /** Text: the text itself. */
    UTF8,
    /** Compressed text: RFC 1952. */
    GZIP,
    /** Compressed text: RFC 1950. */
    ZLIB,
    /** Compressed text: RFC 1951, without a wrapper. */
    DEFLATE,
    /** Protocol Buffers, read by field numbers and passed on as they are. */
    PROTOBUF(
            "/[0-9].*",
            "(/[1-9][0-9]{0,8}(/0|/-[1-9][0-9]?)?)+",
            "field numbers such as /313/4, with /0 for the first and /-1 for the last occurrence"),
    /** Simple Binary Encoding, read by template and offset and passed on as it is. */
    SBE(
            "/[0-9]{1,5}(/.*)?",
            Sbe.PATH,
            "a template, then a field such as /10001/8:int64, or what follows its block such as /10003/group16/group16/text8"),
    /** MessagePack, read as JSON is and passed on as it is. */
    MSGPACK;

    /** The constants of an enum cannot use each other's. */
    private static final class Sbe {
        static final String FIELD = "/[0-9]{1,5}:u?int(8|16|32|64)";
        static final String SECTIONS = "(/(group|text)(8|16|32))*";
        static final String TEMPLATE =
                "/([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
        static final String ENTRY = "/(0|[1-9][0-9]{0,3}|-[1-9][0-9]?)";
        static final String PATH = TEMPLATE + "(" + FIELD + "|" + SECTIONS + "/text(8|16|32)|" + SECTIONS
                + "/group(8|16|32)" + ENTRY + FIELD + ")?";
    }

    private final Pattern meant;
    private final Pattern right;
    private final String allowed;

    PayloadEncoding() {
        this("(?!)", "", "");
    }

    /**
     * Defines a format whose pointers have their own form.
     *
     * @param meant what these begin like; all others are for text messages
     * @param allowed what these are, in words
     */
    PayloadEncoding(String meant, String right, String allowed) {
        this.meant = Pattern.compile(meant);
        this.right = Pattern.compile(right);
        this.allowed = allowed;
    }

    /** Whether the messages hold text, which is read and passed on instead of them. */
    public boolean isText() {
        return this == UTF8 || this == GZIP || this == ZLIB || this == DEFLATE;
    }

    /** Whether messages can be cut into their items. */
    boolean hasItems() {
        return this != PROTOBUF && this != SBE;
    }

    /** Finds pointers that lead into binary messages, but nowhere. */
    List<Problem> wrong(Collection<String> pointers) {
        return pointers.stream()
                .filter(pointer -> meant.matcher(pointer).matches()
                        && !right.matcher(pointer).matches())
                .map(pointer -> new Problem("", ProblemText.quoted(pointer), allowed))
                .toList();
    }
}
