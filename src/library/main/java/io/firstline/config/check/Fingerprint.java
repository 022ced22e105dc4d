package io.firstline.config.check;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A short text that is the same for equal values, on every machine and in every run: for records of numbers, texts,
 * enums, patterns, collections and other records. Everything else counts by its class only.
 */
public final class Fingerprint {
    private static final int CHARACTERS = 12;

    private Fingerprint() {}

    /** Returns hexadecimal digits; two different values have the same ones by chance only. */
    public static String of(Object value) {
        return Sha256.hex(text(value)).substring(0, CHARACTERS);
    }

    private static String text(Object value) {
        if (value instanceof Record record) {
            return record.getClass().getName() + texts(Records.values(record));
        } else if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> texts(List.of(entry.getKey(), entry.getValue())))
                    .collect(Collectors.toCollection(TreeSet::new))
                    .toString();
        } else if (value instanceof Set<?> set) {
            return set.stream()
                    .map(Fingerprint::text)
                    .collect(Collectors.toCollection(TreeSet::new))
                    .toString();
        } else if (value instanceof Collection<?> list) {
            return texts(list);
        } else if (value instanceof CharSequence || value instanceof Enum<?> || value instanceof Pattern) {
            String text = value.toString();
            return text.length() + ":" + text;
        } else if (value instanceof Number || value instanceof Boolean || value == null) {
            return String.valueOf(value);
        }
        return value.getClass().getName();
    }

    private static String texts(Collection<?> values) {
        return values.stream().map(Fingerprint::text).toList().toString();
    }
}
