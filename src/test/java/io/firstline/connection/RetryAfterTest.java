package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            textBlock =
                    """
                    429 | 7                             | 7000
                    429 | -                             | 10000
                    429 | soon                          | 10000
                    418 | -                             | 120000
                    418 | 259200                        | 300000
                    403 | -                             | 0
                    403 | 60                            | 60000
                    503 | -                             | 0
                    503 | Sun, 1 Mar 2026 12:00:30 GMT  | 30000
                    503 | Sun, 1 Mar 2026 11:00:00 GMT  | 0
                    401 | 60                            | 0
                    500 | 60                            | 0
                    429 | 99999999999999999999          | 10000
                    """,
            delimiter = '|')
    void shouldPauseAsTheServerAsks(int status, String header, long pauseMs) {
        assertThat(RetryAfter.pauseMs(status, header, NOW)).isEqualTo(pauseMs);
    }
}
