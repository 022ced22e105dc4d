package io.firstline.feed.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which name a message's stream has by a feed's {@code streamPointer}. */
class StreamNamesTest {
    private final StreamNames names = new StreamNames("/data/0/s");

    private String in(String payload) {
        return names.in(payload.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\":[{\"s\":\"btcusdt@trade\"}]}|btcusdt@trade",
                "{\"data\":[{\"s\":\"caf\\u00e9 \\\"x\\\"\"}]}|café \"x\"",
                "{\"data\":[{\"s\":7.50}]}|7.50",
                "{\"data\":[{\"s\":true}]}|true",
                "{\"data\":[{\"s\":null}]}|",
                "{\"data\":[{\"s\":[1]}]}|",
                "{\"data\":[]}|",
                "no JSON|",
            })
    void shouldReadTheScalarAtThePointer(String payload, String name) {
        assertThat(in(payload)).isEqualTo(name);
    }

    @Test
    void shouldShareOneStringBetweenTheMessagesOfAStream() {
        String first = in("{\"data\":[{\"s\":\"a\",\"p\":1}]}");

        assertThat(in("{\"data\":[{\"s\":\"a\",\"p\":2}]}")).isSameAs(first);
        assertThat(in("{\"data\":[{\"s\":\"b\"}]}")).isEqualTo("b");
    }

    @Test
    void shouldNameMoreStreamsThanItShares() {
        for (int i = 0; i < StreamNames.MAX_SHARED + 2; i++) {
            assertThat(in("{\"data\":[{\"s\":\"s" + i + "\"}]}")).isEqualTo("s" + i);
        }
        assertThat(in("{\"data\":[{\"s\":\"s0\"}]}")).isSameAs(in("{\"data\":[{\"s\":\"s0\"}]}"));
        String beyond = "{\"data\":[{\"s\":\"s" + StreamNames.MAX_SHARED + "\"}]}";
        assertThat(in(beyond)).isEqualTo(in(beyond)).isNotSameAs(in(beyond));
    }
}
