package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PayloadHashTest {
    private static final byte[] BYTES = "{\"u\":400900217}".getBytes(StandardCharsets.UTF_8);

    @Test
    void shouldBeTheSameForTheSameBytesWhereverTheyLie() {
        long hash = PayloadHash.of(Buffer.buffer(BYTES), true);

        assertThat(PayloadHash.of(Buffer.buffer("..").appendBytes(BYTES).slice(2, 2 + BYTES.length), true))
                .as("a slice")
                .isEqualTo(hash);
        assertThat(PayloadHash.of(BufferInternal.buffer(Unpooled.directBuffer().writeBytes(BYTES)), true))
                .as("outside the heap")
                .isEqualTo(hash);
    }

    @Test
    void shouldTellTextFromBinaryAndOneByteFromAnother() {
        Buffer payload = Buffer.buffer(BYTES);

        assertThat(PayloadHash.of(payload, false)).isNotEqualTo(PayloadHash.of(payload, true));
        assertThat(PayloadHash.of(payload.copy().setByte(3, (byte) 'v'), true))
                .isNotEqualTo(PayloadHash.of(payload, true));
    }
}
