package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Durations as users write them. */
class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms, 500", "10s, 10000", "10, 10000", "1.5m, 90000", "2h, 7200000", "0.001s, 1", "0.5, 500"})
    void shouldRead(String text, long ms) {
        assertThat(Durations.parse(text)).hasMillis(ms);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "+1s", "1 s", "1d", "1S", "1e3", "1.2345s", "9999999999s", "NaN", "１s"})
    void shouldRefuse(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("found \"" + text + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "0ms", "0.4ms"})
    void shouldRefuseNothing(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).hasMessageContaining("allowed: more than 0");
    }
}
