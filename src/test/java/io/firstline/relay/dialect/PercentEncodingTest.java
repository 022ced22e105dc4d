package io.firstline.relay.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PercentEncodingTest {
    @Test
    void shouldDecodeNames() {
        assertThat(PercentEncoding.decoded("books%20BTC-USDT")).isEqualTo("books BTC-USDT");
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThatThrownBy(() -> PercentEncoding.decoded("%zz"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "streams: found %zz, allowed: percent-encoded names, with two hexadecimal digits after each %");
    }
}
