package io.firstline.feed.message;

import io.firstline.config.venue.MessageSigns;
import io.firstline.payload.KeyValues;
import io.firstline.payload.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Recognises a kind of message by fields or by its whole text. */
final class MessageMatch {
    private final List<FieldMatch> fields;
    private final List<byte[]> texts;

    MessageMatch(MessageSigns signs, List<String> pointers) {
        this.fields = signs.fields().stream()
                .map(sign -> new FieldMatch(sign, ProfileLayout.placed(sign.at(), pointers)))
                .toList();
        this.texts = signs.texts().stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /**
     * Returns whether a message is of this kind.
     *
     * @param read its values; null = it is no JSON
     */
    boolean isTrue(KeyValues read, Payload payload) {
        for (int i = 0; read != null && i < fields.size(); i++) {
            if (fields.get(i).isTrue(read)) {
                return true;
            }
        }
        return isOneOf(texts, payload);
    }

    /** Returns whether a message equals one of these texts. */
    static boolean isOneOf(List<byte[]> texts, Payload payload) {
        for (int i = 0; i < texts.size(); i++) {
            byte[] text = texts.get(i);
            if (Arrays.equals(
                    text, 0, text.length, payload.array(), payload.from(), payload.from() + payload.length())) {
                return true;
            }
        }
        return false;
    }
}
