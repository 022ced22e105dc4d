package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PayloadHashTest {
    private static final byte[] BYTES = "{\"u\":400900217}".getBytes(StandardCharsets.UTF_8);

    private static long hash(Buffer payload, boolean text) {
        return PayloadHash.of(new Payload().over(payload, text));
    }

    @Test
    void shouldBeTheSameForTheSameBytesWhereverTheyLie() {
        long hash = hash(Buffer.buffer(BYTES), true);

        assertThat(hash(Buffer.buffer("..").appendBytes(BYTES).slice(2, 2 + BYTES.length), true))
                .as("a slice")
                .isEqualTo(hash);
        assertThat(hash(BufferInternal.buffer(Unpooled.directBuffer().writeBytes(BYTES)), true))
                .as("outside the heap")
                .isEqualTo(hash);
    }

    @Test
    void shouldTellTextFromBinaryAndOneByteFromAnother() {
        Buffer payload = Buffer.buffer(BYTES);

        assertThat(hash(payload, false)).isNotEqualTo(hash(payload, true));
        assertThat(hash(payload.copy().setByte(3, (byte) 'v'), true)).isNotEqualTo(hash(payload, true));
    }
}
