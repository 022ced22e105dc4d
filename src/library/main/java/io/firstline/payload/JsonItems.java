package io.firstline.payload;

import java.util.Arrays;
import java.util.List;

/** Cuts JSON texts. */
public final class JsonItems extends MessageItems {
    private final JsonScanner json = new JsonScanner();

    @Override
    boolean find(byte[] bytes, int from, int to, List<byte[]> steps) {
        json.over(bytes, to);
        int array = follow(json.space(from), steps, 0);
        return array >= 0 && json.peek(array) == '[' && collect(array);
    }

    /** Returns the start of the value at the end of the way; negative = there is none. */
    private int follow(int at, List<byte[]> steps, int level) {
        if (level == steps.size()) {
            return at;
        }
        byte[] step = steps.get(level);
        return switch (json.peek(at)) {
            case '{' -> inObject(at, step, steps, level);
            case '[' -> inArray(at, step, steps, level);
            default -> JsonScanner.MALFORMED;
        };
    }

    private int inObject(int at, byte[] name, List<byte[]> steps, int level) {
        int pos = json.space(at + 1);
        while (pos >= 0 && json.peek(pos) == '"') {
            int nameEnd = json.string(pos);
            int colon = nameEnd < 0 ? nameEnd : json.space(nameEnd);
            if (colon < 0 || json.peek(colon) != ':') {
                return JsonScanner.MALFORMED;
            }
            int value = json.space(colon + 1);
            if (Arrays.equals(json.bytes(), pos + 1, nameEnd - 1, name, 0, name.length)) {
                return follow(value, steps, level + 1);
            }
            pos = next(value);
        }
        return JsonScanner.MALFORMED;
    }

    private int inArray(int at, byte[] index, List<byte[]> steps, int level) {
        int pos = json.space(at + 1);
        for (int element = 0; pos >= 0 && json.peek(pos) != ']'; element++) {
            if (isIndex(index, element)) {
                return follow(pos, steps, level + 1);
            }
            pos = next(pos);
        }
        return JsonScanner.MALFORMED;
    }

    /** Returns the start of the value behind this one and a comma; negative = there is none. */
    private int next(int value) {
        int end = json.value(value);
        int comma = end < 0 ? end : json.space(end);
        return comma >= 0 && json.peek(comma) == ',' ? json.space(comma + 1) : JsonScanner.MALFORMED;
    }

    private boolean collect(int array) {
        int pos = json.space(array + 1);
        head(pos);
        while (true) {
            int end = json.value(pos);
            if (end < 0 || !add(pos, end)) {
                return false;
            }
            int symbol = json.space(end);
            if (json.peek(symbol) == ']') {
                return true;
            }
            if (json.peek(symbol) != ',') {
                return false;
            }
            pos = json.space(symbol + 1);
        }
    }
}
