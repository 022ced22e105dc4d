package io.firstline.config.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.service.HttpConfig;
import org.junit.jupiter.api.Test;

class LoopbackTest {
    @Test
    void shouldBeIpv6OnlyWhereThereIsNothingElse() {
        assertThat(Loopback.choose(address -> true)).isEqualTo("127.0.0.1");
        assertThat(Loopback.choose(address -> address.equals("127.0.0.1"))).isEqualTo("127.0.0.1");
        assertThat(Loopback.choose(address -> address.equals("::1"))).isEqualTo("::1");
        assertThat(Loopback.choose(address -> false)).isEqualTo("127.0.0.1");
    }

    @Test
    void shouldBeAnAddressOfThisMachine() {
        assertThat(Loopback.ADDRESS).isIn("127.0.0.1", "::1");
        assertThat(HttpConfig.DEFAULT_HOST).isEqualTo(Loopback.ADDRESS);
    }
}
