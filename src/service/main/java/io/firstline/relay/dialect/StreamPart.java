package io.firstline.relay.dialect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The values of one stream in a part of a request: words of its name by their number, or the whole name. */
record StreamPart(Map<Integer, String> words, String name) {
    /** The most streams of one request. */
    static final int MOST = 10_000;

    static final StreamPart NOTHING = new StreamPart(Map.of(), null);

    static StreamPart word(int number, String word) {
        return new StreamPart(Map.of(number, word), null);
    }

    /** Both; null if they contradict each other. */
    StreamPart and(StreamPart other) {
        Map<Integer, String> all = new HashMap<>(words);
        for (Map.Entry<Integer, String> word : other.words.entrySet()) {
            String known = all.putIfAbsent(word.getKey(), word.getValue());
            if (known != null && !known.equals(word.getValue())) {
                return null;
            }
        }
        return new StreamPart(all, name == null ? other.name : name);
    }

    /** The name of the stream; null if a word is unknown. */
    String name(String between) {
        List<String> known = new ArrayList<>();
        for (int i = 1; words.containsKey(i); i++) {
            known.add(words.get(i));
        }
        return known.isEmpty() || known.size() < words.size() ? null : String.join(between, known);
    }

    /** The streams of two parts, joined where they agree; null = one of the parts is of another form, or there are too many. */
    static List<StreamPart> joined(List<StreamPart> some, List<StreamPart> others) {
        if (some == null || others == null || (long) some.size() * others.size() > MOST) {
            return null;
        }
        List<StreamPart> all = new ArrayList<>();
        for (StreamPart one : some) {
            for (StreamPart other : others) {
                StreamPart both = one.and(other);
                if (both != null) {
                    all.add(both);
                }
            }
        }
        return all;
    }
}
