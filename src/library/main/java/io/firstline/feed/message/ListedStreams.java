package io.firstline.feed.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The streams in a server's list, however it arranges them: names, objects with members for channel and symbol, or an
 * object whose member names are channels. Each text in it forms a name together with the texts beside and above it.
 */
public final class ListedStreams {
    /** The most values that are looked at: the server chooses how long its list is. */
    static final int MAX_VALUES = 20_000;
    /** The most places of one text, for example channels of one symbol. */
    static final int MAX_PLACES = 64;

    /** The most texts beside and above one text. */
    static final int MAX_WORDS = 64;

    private static final int MAX_LEVELS = 8;

    private final Map<String, List<Set<String>>> byText = new HashMap<>();
    private int values;

    /**
     * Reads a list.
     *
     * @param common words of all its streams
     */
    ListedStreams(JsonNode list, List<String> common) {
        read(list, new HashSet<>(common), 0);
    }

    private void read(JsonNode value, Set<String> above, int level) {
        if (level > MAX_LEVELS || values >= MAX_VALUES) {
            return;
        }
        values++;
        if (value.isArray()) {
            value.forEach(item -> read(item, above, level + 1));
        } else if (value.isObject()) {
            Set<String> beside = new HashSet<>(above);
            value.forEach(member -> {
                if (member.isValueNode() && beside.size() < MAX_WORDS) {
                    beside.add(member.asText());
                }
            });
            value.properties().forEach(member -> {
                Set<String> path = beside;
                if (!member.getValue().isValueNode()) {
                    path = new HashSet<>(beside);
                    path.add(member.getKey());
                }
                read(member.getValue(), path, level + 1);
            });
        } else {
            add(value.asText(), above);
        }
    }

    private void add(String text, Set<String> above) {
        List<Set<String>> places = byText.computeIfAbsent(text, any -> new ArrayList<>(1));
        if (places.size() < MAX_PLACES) {
            places.add(above);
        }
    }

    /** Returns whether the list has a stream with these words. */
    public boolean has(Set<String> words) {
        for (String word : words) {
            for (Set<String> above : byText.getOrDefault(word, List.of())) {
                if (words.stream().allMatch(other -> other.equals(word) || above.contains(other))) {
                    return true;
                }
            }
        }
        return false;
    }
}
