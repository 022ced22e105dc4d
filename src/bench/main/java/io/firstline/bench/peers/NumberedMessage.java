package io.firstline.bench.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The part of a message that a merging program reads, with Jackson's streaming parser.
 *
 * @param stream empty = the message names none
 * @param number a sequence number or a time; {@link #NONE} = it has none
 */
record NumberedMessage(String stream, long number) {
    static final long NONE = Long.MIN_VALUE;

    private static final JsonFactory JSON = new JsonFactory();

    /** Reads the member {@code stream} and another one. */
    static NumberedMessage read(byte[] message, String member) {
        String stream = "";
        long number = NONE;
        try (JsonParser parser = JSON.createParser(message)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("stream")) {
                    stream = parser.getText();
                } else if (name.equals(member) && value == JsonToken.VALUE_NUMBER_INT) {
                    number = parser.getLongValue();
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new NumberedMessage(stream, number);
    }
}
