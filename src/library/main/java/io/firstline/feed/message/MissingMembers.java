package io.firstline.feed.message;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.feed.message.ProfileCheck.Missing;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedFact.ProfileValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Describes a pointer of the profile that no message has, and the members that messages have instead. */
public final class MissingMembers {
    private static final int MAX_NAMES = 12;
    private static final int MAX_NAME = 32;

    private final Missing missing;
    private final List<String> pointers;
    private final boolean isKnown;
    private final String className;
    private final JsonNode sample;
    private final List<String> members = new ArrayList<>();

    public MissingMembers(ProfileLayout layout, Missing missing) {
        this.missing = missing;
        this.pointers = layout.pointers(missing.what(), missing.type());
        this.isKnown = layout.payload() != PayloadEncoding.NONE;
        this.className = layout.className(missing.type());
        this.sample = missing.text() && missing.sample() != null ? CopyDifference.tree(missing.sample()) : null;
        if (sample != null) {
            collect("", sample, 2);
        }
    }

    private void collect(String pointer, JsonNode node, int levels) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            String name = member.getKey();
            if (members.size() < MAX_NAMES
                    && name.length() <= MAX_NAME
                    && name.chars().noneMatch(Character::isISOControl)) {
                members.add(pointer + "/" + name);
                if (levels > 1) {
                    collect(pointer + "/" + name, member.getValue(), levels - 1);
                }
            }
        }
    }

    /** Names a value of the profile among the problems of a feed. */
    public static String subject(ProfileLayout layout, ProfileValue what, int type) {
        return what.label() + " " + layout.className(type);
    }

    /** Returns the event that reports it. */
    public FeedFact.NotFound fact() {
        String of = missing.what() == ProfileValue.STREAM ? "" : className;
        return new FeedFact.NotFound(missing.what(), pointers, members, of, words());
    }

    private String words() {
        String of = missing.what() == ProfileValue.STREAM ? "" : " of class " + className;
        return "the profile's " + missing.what().label() + of + " is in none of " + missing.messages()
                + " messages: nothing at " + String.join(", ", pointers) + "; " + seen();
    }

    private String seen() {
        if (!missing.text()) {
            return isKnown
                    ? "they are binary; do \"payload\" and the pointers fit them?"
                    : "they are binary; set \"payload\" to what they are";
        }
        if (sample == null || !sample.isContainerNode()) {
            return "they are not JSON, or too long to inspect";
        }
        List<String> containers = pointers.stream()
                .filter(pointer -> sample.at(pointer).isContainerNode())
                .toList();
        return containers.isEmpty()
                ? members.isEmpty() ? "they are arrays" : "they have " + String.join(", ", members)
                : String.join(", ", containers)
                        + " holds an object or an array, and only a string, a number, true or false" + " is read";
    }
}
