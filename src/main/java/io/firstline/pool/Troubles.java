package io.firstline.pool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What is wrong with a feed's messages at the moment, each in words. Pure; bounded by what a profile names. */
final class Troubles {
    private record Key(Trouble trouble, String subject) {}

    private final Map<Key, String> words = new LinkedHashMap<>();

    /**
     * Something is wrong.
     *
     * @param subject what of its kind it is about; empty = all of the feed
     * @return whether that is news
     */
    boolean begins(Trouble trouble, String subject, String what) {
        return words.put(new Key(trouble, subject), what) == null;
    }

    /** It is over; true if that is news. */
    boolean ends(Trouble trouble, String subject) {
        return words.remove(new Key(trouble, subject)) != null;
    }

    boolean isKnown(Trouble trouble, String subject) {
        return words.containsKey(new Key(trouble, subject));
    }

    void clear() {
        words.clear();
    }

    /** All of them, oldest first. */
    List<String> all() {
        return new ArrayList<>(words.values());
    }

    /** Those for which the feed is not whole; empty = none. */
    String degrading() {
        return words.entrySet().stream()
                .filter(each -> each.getKey().trouble().degrades())
                .map(Map.Entry::getValue)
                .collect(Collectors.joining("; "));
    }
}
