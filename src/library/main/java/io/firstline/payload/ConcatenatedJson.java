package io.firstline.payload;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the values in a text of several JSON objects or arrays with only whitespace between them. Used on one event
 * loop.
 */
public final class ConcatenatedJson {
    /** A text with more values is not split. */
    public static final int MAX_VALUES = 1_000;

    private final JsonScanner json = new JsonScanner();

    /**
     * The range of one value in its text.
     *
     * @param from position of its first byte
     * @param length in bytes
     */
    public record Range(int from, int length) {}

    /** The values of a text that holds two or more and nothing else; an empty list for any other text. */
    public List<Range> in(byte[] bytes, int from, int to) {
        json.over(bytes, to);
        if (!json.closesAndOpens(from)) {
            return List.of(); // the usual case, so it must cost little
        }
        List<Range> values = new ArrayList<>();
        for (int at = json.space(from); at < to; at = json.space(at)) {
            int end = isContainer(json.peek(at)) && values.size() < MAX_VALUES ? json.value(at) : JsonScanner.MALFORMED;
            if (end == JsonScanner.MALFORMED) {
                return List.of();
            }
            values.add(new Range(at, end - at));
            at = end;
        }
        return values.size() < 2 ? List.of() : values;
    }

    private static boolean isContainer(int symbol) {
        return symbol == '{' || symbol == '[';
    }
}
