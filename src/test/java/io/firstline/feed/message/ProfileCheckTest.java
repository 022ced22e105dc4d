package io.firstline.feed.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedFact.ProfileValue;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProfileCheckTest {
    private final ProfileCheck check = new ProfileCheck();

    @BeforeEach
    void want() {
        check.want(ProfileValue.STREAM, 0, true);
        check.want(ProfileValue.KEY, 1, true);
        check.want(ProfileValue.SEQUENCE, 1, false);
        check.want(ProfileValue.KEY, 2, false);
        check.want(ProfileValue.SEQUENCE, 2, true);
    }

    private void lacks(ProfileValue what, int type, int times, long nowNanos) {
        for (int i = 0; i < times; i++) {
            if (check.lacks(what, type, nowNanos)) {
                check.sample(what, type, Buffer.buffer("m"), true);
            }
        }
    }

    @Test
    void shouldMissWhatNoMessageHasAfterAWhile() {
        lacks(ProfileValue.KEY, 1, ProfileCheck.MESSAGES - 1, 7);
        assertThat(check.missing(7 + ProfileCheck.NANOS)).as("too few messages").isEmpty();
        lacks(ProfileValue.KEY, 1, 1, 8);
        assertThat(check.missing(6 + ProfileCheck.NANOS)).as("too early").isEmpty();

        assertThat(check.missing(7 + ProfileCheck.NANOS))
                .singleElement()
                .isEqualTo(
                        new ProfileCheck.Missing(ProfileValue.KEY, 1, ProfileCheck.MESSAGES, Buffer.buffer("m"), true));
    }

    @Test
    void shouldMissNothingThatWasFoundOnce() {
        lacks(ProfileValue.SEQUENCE, 2, 100, 0);
        assertThat(check.missing(ProfileCheck.NANOS)).hasSize(1);
        assertThat(check.isOpen(ProfileValue.SEQUENCE, 2)).isTrue();

        check.found(ProfileValue.SEQUENCE, 2);

        assertThat(check.isOpen(ProfileValue.SEQUENCE, 2)).isFalse();
        assertThat(check.missing(ProfileCheck.NANOS)).isEmpty();
        assertThat(check.foundLate()).containsExactly(new ProfileCheck.Wanted(ProfileValue.SEQUENCE, 2));
    }

    @Test
    void shouldMissNothingThatIsNotWanted() {
        assertThat(check.isOpen(ProfileValue.SEQUENCE, 1)).isFalse();
        assertThat(check.isOpen(ProfileValue.KEY, 2)).isFalse();
        assertThat(check.isOpen(ProfileValue.STREAM, 0)).isTrue();
        assertThat(check.foundLate()).isEmpty();
    }
}
