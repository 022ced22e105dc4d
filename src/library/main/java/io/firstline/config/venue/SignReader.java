package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Reads the signs of messages. A wrong sign is reported and left out. */
final class SignReader {
    private final VenueProblems problems;

    SignReader(VenueProblems problems) {
        this.problems = problems;
    }

    /** An array in which objects are signs and texts are pointers, which match any value there. */
    List<FieldMatcher> fields(String pointer, JsonNode array) {
        List<FieldMatcher> signs = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            signs.addAll(field(pointer + "/" + i, array.get(i)));
        }
        return signs;
    }

    /** An array in which objects are signs, texts that begin with a slash are pointers, and others complete messages. */
    MessageSigns messages(String pointer, JsonNode array) {
        List<FieldMatcher> fields = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            JsonNode item = array.get(i);
            if (item.isTextual() && !item.textValue().startsWith("/")) {
                texts.add(item.textValue());
            } else {
                fields.addAll(field(pointer + "/" + i, item));
            }
        }
        return new MessageSigns(fields, texts);
    }

    /** One sign; empty if it is wrong. */
    List<FieldMatcher> field(String pointer, JsonNode item) {
        List<String> is = new ArrayList<>();
        item.path("is").forEach(value -> is.add(value.toString()));
        List<String> starts = ProfileJson.texts(item.path("starts"));
        String at = item.isTextual() ? item.textValue() : item.path("at").asText();
        return problems.attempt(pointer, () -> List.of(new FieldMatcher(at, is, starts)), List.of());
    }
}
