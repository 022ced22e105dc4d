package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the plain values of a profile that the schema has checked. Pure functions. */
final class ProfileJson {
    private ProfileJson() {}

    /** One text, or an array of them. */
    static List<String> texts(JsonNode json) {
        List<String> texts = new ArrayList<>();
        if (json.isTextual()) {
            texts.add(json.textValue());
        }
        json.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    static Map<String, String> textsByKey(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
        return texts;
    }

    /** By key: one text, or an array of them. */
    static Map<String, List<String>> listsByKey(JsonNode object) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        object.properties().forEach(e -> lists.put(e.getKey(), texts(e.getValue())));
        return lists;
    }

    /** The constant of a name such as {@code plus-one}; the default if there is no name. */
    static <E extends Enum<E>> E constant(JsonNode name, E otherwise) {
        return name.isMissingNode()
                ? otherwise
                : Enum.valueOf(
                        otherwise.getDeclaringClass(),
                        name.asText().replace('-', '_').toUpperCase(Locale.ROOT));
    }
}
