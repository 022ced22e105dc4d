package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuoteTest {
    private static ByteBuf payload(Quote quote, long sequence, long stampNanos) {
        byte[] frame = new byte[quote.length()];
        quote.encode(frame, 0, sequence, stampNanos);
        return Unpooled.wrappedBuffer(frame, quote.length() - quote.payloadLength(), quote.payloadLength());
    }

    private static ByteBuf payload(long sequence, long stampNanos) {
        return payload(Quote.TICKER, sequence, stampNanos);
    }

    @Test
    void shouldBeJsonOfTheSizeThatExchangesSend() {
        ByteBuf payload = payload(7, 9);

        JsonObject json = new JsonObject(payload.toString(StandardCharsets.US_ASCII));

        assertThat(json.getString("e")).isEqualTo("bookTicker");
        assertThat(json.getLong("u")).isEqualTo(1_000_000_000_000_007L);
        assertThat(json.getLong("E")).isEqualTo(1_000_000_000_000_009L);
        assertThat(payload.readableBytes()).isBetween(167, 200);
        assertThat(Quote.TICKER.isOne(payload)).isTrue();
        assertThat(Quote.TICKER.isOne(Unpooled.wrappedBuffer(new byte[10]))).isFalse();
    }

    @Test
    void shouldReadBackEachForm() {
        ByteBuf prices = payload(Quote.BEST_PRICES, 123_456, 5_000);

        assertThat(new JsonObject(prices.toString(StandardCharsets.US_ASCII))
                        .getJsonArray("data")
                        .getJsonObject(0)
                        .getLong("seqId"))
                .isEqualTo(1_000_000_000_123_456L);
        assertThat(Quote.BEST_PRICES.sequence(prices)).isEqualTo(123_456);
        assertThat(Quote.BEST_PRICES.ageNanos(prices, 5_007)).isEqualTo(7);
    }

    /** The server deflates nothing twice, and yet each frame is a gzip member of its message. */
    @Test
    void shouldCompressTheMessage() throws IOException {
        GzipQuote packed = new GzipQuote(Quote.TICKER);
        byte[] frame = new byte[packed.length()];
        packed.encode(frame, 0, 41, 3);
        packed.encode(frame, 0, 42, 4);
        packed.vary(frame, 0, 2);

        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(frame, 4, frame.length - 4))) {
            assertThat(in.readAllBytes()).isEqualTo(ByteBufUtil.getBytes(payload(42, 4)));
        }
        assertThat(frame.length).isLessThan(Quote.TICKER.length() + 40);
    }

    @Test
    void shouldVaryNothingButOneDigit() {
        byte[] one = new byte[Quote.TICKER.length()];
        byte[] other = new byte[Quote.TICKER.length()];
        Quote.TICKER.encode(one, 0, 7, 9);
        Quote.TICKER.encode(other, 0, 7, 9);
        Quote.TICKER.vary(other, 0, 3);

        int at = Arrays.mismatch(one, other);
        assertThat(Arrays.mismatch(
                        Arrays.copyOfRange(one, at + 1, one.length), Arrays.copyOfRange(other, at + 1, other.length)))
                .isNegative();
        assertThat(new String(other, StandardCharsets.US_ASCII).substring(at - 16))
                .startsWith("\"T\":1680652700434,");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 99_999_999, 100_000_000, 123_456_789_012_345L, 999_999_999_999_999L})
    void shouldReadBackTheSequence(long sequence) {
        assertThat(Quote.TICKER.sequence(payload(sequence, 0))).isEqualTo(sequence);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -5, 0, 999_999_999_999_000L, 5_000_000_000_000_000L, Long.MAX_VALUE - 2_000})
    void shouldTellTheAgeWhateverTheClockBeganWith(long stampNanos) {
        assertThat(Quote.TICKER.ageNanos(payload(1, stampNanos), stampNanos + 1_234))
                .isEqualTo(1_234);
    }
}
