package io.firstline.payload;

import java.util.Locale;

/**
 * Makes a stranger's text safe to show in a log, an event, a terminal or a page. Line breaks, terminal escape sequences
 * and marks that change the direction of writing become escapes. Pure.
 */
public final class Printable {
    private Printable() {}

    /**
     * The text with escapes, cut to a length.
     *
     * @param most the longest result, in characters of the text; … replaces the rest
     */
    public static String of(String text, int most) {
        int clean = cleanLength(text, most);
        if (clean == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(Math.min(most, text.length()) + 8).append(text, 0, clean);
        for (int at = clean; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            String next = shown(text.codePointAt(at));
            if (shown.length() + next.length() > most) {
                return shown.append('…').toString();
            }
            shown.append(next);
        }
        return shown.toString();
    }

    /** The number of leading characters that need no escape. */
    private static int cleanLength(String text, int most) {
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            int next = at + Character.charCount(codePoint);
            if (next > most || !isPlain(codePoint)) {
                return at;
            }
            at = next;
        }
        return at;
    }

    private static boolean isPlain(int codePoint) {
        if (codePoint >= ' ' && codePoint < 0x7F) {
            return true;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String shown(int codePoint) {
        if (isPlain(codePoint)) {
            return Character.toString(codePoint);
        }
        return switch (codePoint) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> String.format(Locale.ROOT, codePoint > 0xFFFF ? "\\u{%x}" : "\\u%04x", codePoint);
        };
    }
}
