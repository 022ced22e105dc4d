package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.UnnamedMessages.Held;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages that wait for their name are bounded by number, bytes and time. */
class UnnamedMessagesTest {
    private final UnnamedMessages messages = new UnnamedMessages();

    private List<Held> hold(int bytes, long nowNanos) {
        return messages.hold(new Payload().over(Buffer.buffer(new byte[bytes]), true), nowNanos);
    }

    @Test
    void shouldDropTheOldest() {
        for (int i = 0; i < UnnamedMessages.MAX_MESSAGES; i++) {
            assertThat(hold(10, i)).isEmpty();
        }
        assertThat(hold(10, 5_000)).singleElement().satisfies(held -> assertThat(held.arrivalNanos())
                .isZero());
        assertThat(hold(UnnamedMessages.MAX_BYTES - 15, 5_001)).hasSize(UnnamedMessages.MAX_MESSAGES - 1);
        assertThat(hold(UnnamedMessages.MAX_BYTES + 1, 5_002)).as("and itself").hasSize(3);
        assertThat(messages.takeAll()).isEmpty();
    }

    @Test
    void shouldWaitTenSeconds() {
        hold(1, 0);
        hold(2, 1);
        assertThat(messages.expired(UnnamedMessages.HOLD_NANOS - 1)).isEmpty();
        assertThat(messages.expired(UnnamedMessages.HOLD_NANOS)).hasSize(1);
        assertThat(messages.takeAll())
                .singleElement()
                .satisfies(held -> assertThat(held.payload().length()).isEqualTo(2));
        assertThat(messages.expired(Long.MAX_VALUE)).isEmpty();
    }
}
