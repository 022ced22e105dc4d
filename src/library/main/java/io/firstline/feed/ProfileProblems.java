package io.firstline.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The present problems with a feed's messages, in words. Pure; bounded by the profile. */
final class ProfileProblems {
    private record Key(ProfileProblem trouble, String subject) {}

    private final Map<Key, String> words = new LinkedHashMap<>();

    /**
     * A problem begins.
     *
     * @param subject the part of the feed that it concerns; empty = the whole feed
     * @return whether it is new
     */
    boolean begins(ProfileProblem trouble, String subject, String what) {
        return words.put(new Key(trouble, subject), what) == null;
    }

    /** A problem ends; returns whether it was present. */
    boolean ends(ProfileProblem trouble, String subject) {
        return !words.isEmpty() && words.remove(new Key(trouble, subject)) != null;
    }

    boolean isKnown(ProfileProblem trouble, String subject) {
        return !words.isEmpty() && words.containsKey(new Key(trouble, subject)); // asked for each message
    }

    /** Returns whether this problem alone degrades the feed. */
    boolean isOnlyDegradedBy(ProfileProblem trouble) {
        return words.keySet().stream()
                .map(Key::trouble)
                .filter(ProfileProblem::degrades)
                .allMatch(trouble::equals);
    }

    void clear() {
        words.clear();
    }

    /** Returns all problems, oldest first. */
    List<String> all() {
        return new ArrayList<>(words.values());
    }

    /** Returns the problems that degrade the feed; empty = none. */
    String degrading() {
        return words.entrySet().stream()
                .filter(each -> each.getKey().trouble().degrades())
                .map(Map.Entry::getValue)
                .collect(Collectors.joining("; "));
    }
}
