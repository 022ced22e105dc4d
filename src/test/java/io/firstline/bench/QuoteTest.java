package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuoteTest {
    private static ByteBuf payload(long sequence, long stampNanos) {
        byte[] frame = new byte[Quote.FRAME];
        Quote.encode(frame, 0, sequence, stampNanos);
        return Unpooled.wrappedBuffer(frame, Quote.FRAME - Quote.LENGTH, Quote.LENGTH);
    }

    @Test
    void shouldBeJsonOfTheSizeThatExchangesSend() {
        ByteBuf payload = payload(7, 9);

        JsonObject json = new JsonObject(payload.toString(StandardCharsets.US_ASCII));

        assertThat(json.getString("e")).isEqualTo("bookTicker");
        assertThat(json.getLong("u")).isEqualTo(1_000_000_000_000_007L);
        assertThat(json.getLong("E")).isEqualTo(1_000_000_000_000_009L);
        assertThat(Quote.LENGTH).isBetween(167, 200);
        assertThat(Quote.isOne(payload)).isTrue();
        assertThat(Quote.isOne(Unpooled.wrappedBuffer(new byte[10]))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 99_999_999, 100_000_000, 123_456_789_012_345L, 999_999_999_999_999L})
    void shouldReadBackTheSequence(long sequence) {
        assertThat(Quote.sequence(payload(sequence, 0))).isEqualTo(sequence);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -5, 0, 999_999_999_999_000L, 5_000_000_000_000_000L, Long.MAX_VALUE - 2_000})
    void shouldTellTheAgeWhateverTheClockBeganWith(long stampNanos) {
        assertThat(Quote.ageNanos(payload(1, stampNanos), stampNanos + 1_234)).isEqualTo(1_234);
    }
}
