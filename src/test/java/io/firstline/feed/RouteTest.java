package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RouteTest {
    @Test
    void shouldReadARoute() {
        assertThat(Route.parse(null)).isEqualTo(Route.FASTEST);
        assertThat(Route.parse("fastest")).isEqualTo(Route.FASTEST);
        assertThat(Route.parse("all")).isEqualTo(Route.ALL);
        assertThat(Route.parse("btc-3")).isEqualTo(new Route(Route.Kind.CONNECTION, "btc-3"));
    }
}
