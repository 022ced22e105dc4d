package io.firstline.testkit.book;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Kraken v2, {@code book}: a snapshot, then updates. After each message, the CRC32 of the best ten levels must be the
 * checksum in it. The client keeps only the subscribed number of levels.
 */
public final class KrakenBook extends BookBuilder {
    private static final int CHECKED_LEVELS = 10;

    private final int depth;

    public KrakenBook(int depth) {
        this.depth = depth;
    }

    @Override
    boolean isOfBook(JsonNode message) {
        return message.path("channel").asText().equals("book");
    }

    @Override
    void apply(JsonNode message) {
        JsonNode data = message.path("data").path(0);
        if (message.path("type").asText().equals("snapshot")) {
            begin(data.path("bids"), data.path("asks"));
        } else {
            require(book() != null, "the first message must be a snapshot", message);
            book().apply(data.path("bids"), data.path("asks"));
            book().truncate(depth);
        }
        long checksum = checksum(book());
        require(checksum == data.path("checksum").asLong(), "the checksum must be " + checksum, message);
    }

    static long checksum(Book book) {
        Book top = book.top(CHECKED_LEVELS);
        StringBuilder text = new StringBuilder();
        append(text, top.asks());
        append(text, top.bids());
        CRC32 crc = new CRC32();
        crc.update(text.toString().getBytes(StandardCharsets.US_ASCII));
        return crc.getValue();
    }

    /** Appends the digits of each price and quantity, without the point and without leading zeros. */
    private static void append(StringBuilder text, Map<BigDecimal, BigDecimal> side) {
        side.forEach((price, quantity) -> text.append(price.unscaledValue()).append(quantity.unscaledValue()));
    }
}
