package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * How to recognise a kind of message: by any of these. Immutable.
 *
 * @param fields signs in JSON messages
 * @param texts complete texts
 */
public record MessageSigns(List<FieldMatcher> fields, List<String> texts) {
    public static final MessageSigns NONE = new MessageSigns(List.of(), List.of());

    public MessageSigns {
        fields = List.copyOf(fields);
        texts = List.copyOf(texts);
    }

    public boolean isNone() {
        return fields.isEmpty() && texts.isEmpty();
    }

    /** The places of its signs, without repetition. */
    List<String> pointers() {
        return FieldMatcher.pointers(fields);
    }

    /** Whether a message is recognised; signs that count from the end of an array are ignored. */
    public boolean has(String text, JsonNode json) {
        return texts.contains(text)
                || fields.stream().anyMatch(sign -> {
                    JsonNode found = json.at(sign.at());
                    return found.isValueNode()
                            && !found.isNull()
                            && (sign.isAny()
                                    || sign.is().contains(found.toString())
                                    || (found.isTextual()
                                            && sign.starts().stream().anyMatch(found.textValue()::startsWith)));
                });
    }
}
