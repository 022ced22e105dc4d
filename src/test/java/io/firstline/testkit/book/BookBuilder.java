package io.firstline.testkit.book;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * A client's order book of one symbol, built from the messages of its stream. It fails with an AssertionError at the
 * first message that the venue's documented rules do not allow. Not safe for use by several threads.
 */
public abstract class BookBuilder {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Book book;
    private long messages;

    /** Takes the next message. Messages that are not of an order book are ignored. */
    public final void take(String message) {
        JsonNode json = read(message);
        if (isOfBook(json)) {
            messages++;
            apply(json);
        }
    }

    /** The present book; null = none yet. */
    public final Book book() {
        return book;
    }

    /** The number of the book's messages so far. */
    public final long messages() {
        return messages;
    }

    abstract boolean isOfBook(JsonNode message);

    abstract void apply(JsonNode message);

    final void begin(JsonNode bids, JsonNode asks) {
        book = Book.of(bids, asks);
    }

    /** Fails unless the message follows the last one. */
    final void require(boolean follows, String rule, JsonNode message) {
        if (!follows) {
            throw new AssertionError("message " + messages + ": " + rule + ": " + message);
        }
    }

    static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.missingNode(); // such as OKX's pong
        }
    }
}
