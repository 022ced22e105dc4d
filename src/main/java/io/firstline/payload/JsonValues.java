package io.firstline.payload;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the values in a text that holds several JSON objects or arrays one behind the other, with nothing but whitespace between them.
 * Used on one event loop.
 */
public final class JsonValues {
    /** A text that holds more is left as it is. */
    public static final int MAX_VALUES = 1_000;

    private final JsonScanner json = new JsonScanner();

    /**
     * A value in its text.
     *
     * @param from where it begins
     * @param length in bytes
     */
    public record Range(int from, int length) {}

    /** The values of a text that holds two or more and nothing else; of any other text none. */
    public List<Range> in(byte[] bytes, int from, int to) {
        json.over(bytes, to);
        if (!json.closesAndOpens(from)) {
            return List.of(); // nearly every text: this costs little
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
