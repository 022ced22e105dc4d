package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PayloadTest {
    /** The event bus gives each consumer of {@code "body": "buffer"} a copy of the buffer. */
    @Test
    void shouldLetConsumersAppendToTheirBuffers() {
        byte[] bytes = "message".getBytes(StandardCharsets.UTF_8);
        Buffer buffer = Payload.buffer(bytes);

        assertThat(buffer.copy().appendByte((byte) '\n')).hasToString("message\n");
        assertThat(buffer).hasToString("message").isEqualTo(Buffer.buffer("message"));
        assertThat(buffer.appendBytes(" and more".getBytes(StandardCharsets.UTF_8))
                        .setByte(0, (byte) 'p'))
                .hasToString("pessage and more");
        assertThat(bytes)
                .as("shared by all consumers")
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("message");
    }
}
