package io.firstline.config.venue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {
    @ParameterizedTest
    @CsvSource({
        "ISO, 2023-02-09T20:32:50.714964855Z, 2023-02-09T20:32:50.714964Z, 1",
        "ISO, 2021-07-22T00:00:00.123Z,       2021-07-22T00:00:00.123500Z, 1000",
        "ISO, 2021-07-22T00:00:00Z,           2021-07-22T00:00:00.500Z,    1000000",
        "ISO, 2024-02-29t23:59:60.5z,         2024-03-01T00:00:00.550Z,    100000",
        "ISO, 2021-07-22 02:00:00.1234567+02:00, 2021-07-22T00:00:00.123456Z, 1",
        "ISO, 2021-07-21T20:30:00.000000-03:30,  2021-07-22T00:00:00Z,     1",
        "S,   1700000000.123456,              2023-11-14T22:13:20.123456Z, 1",
        "S,   1700000000.5,                   2023-11-14T22:13:20.550Z,    100000",
        "S,   1700000000,                     2023-11-14T22:13:20.500Z,    1000000",
        "MS,  1700000000123,                  2023-11-14T22:13:20.123500Z, 1000",
        "US,  1700000000123456,               2023-11-14T22:13:20.123456Z, 1",
        "NS,  1700000000123456789,            2023-11-14T22:13:20.123456Z, 0"
    })
    void shouldReadWhatVenuesWrite(StampUnit unit, String text, Instant expected, long resolution) {
        assertThat(unit.read(text))
                .isEqualTo(new Stamp(ChronoUnit.MICROS.between(Instant.EPOCH, expected), resolution));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2021-07-22",
                "2021-07-22T00:00:00",
                "2021-07-22T00:00:00.Z",
                "2021-07-22T00:00:00.1",
                "2021-02-29T00:00:00Z",
                "2021-13-01T00:00:00Z",
                "2021-00-01T00:00:00Z",
                "2021-07-32T00:00:00Z",
                "2021-07-22T24:00:00Z",
                "2021-07-22T00:60:00Z",
                "2021-07-22T00:00:61Z",
                "2021-07-22T00:00:00+2:00",
                "2021-07-22T00:00:00+24:00",
                "2021-07-22T00:00:00ZZ",
                "2021-07-22T00:00:00.000000000000000000000000000Z",
                "1999-12-31T23:59:59Z",
                "2100-01-01T00:00:00Z",
                "202-107-22T00:00:00Z",
                "2021-07-22TT0:00:00Z",
                "1700000000123",
                "now"
            })
    void shouldTakeNothingElseForATime(String text) {
        assertThat(StampUnit.ISO.read(text)).isNull();
        assertThat(StampUnit.S.read(text)).isNull();
        assertThat(StampUnit.US.read(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"17.5", ".5", "1700000000.", "1700000000.5e1", "-1700000000.5", "99999999999.5", "1.7e9"})
    void shouldTakeNoOtherNumberForSeconds(String text) {
        assertThat(StampUnit.S.read(text)).isNull();
        assertThat(StampUnit.MS.read(text)).isNull();
    }

    @Test
    void shouldReadWhatTheLibraryOfTheJdkWrites() {
        long seed = System.nanoTime();
        System.out.println("StampTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            long micros = 946_684_800_000_000L + (long) (random.nextDouble() * 3_000_000_000_000_000L);
            OffsetDateTime time = Instant.EPOCH
                    .plus(micros, ChronoUnit.MICROS)
                    .atOffset(ZoneOffset.ofHoursMinutes(random.nextInt(12), random.nextInt(60)));
            if (time.getYear() < 2000 || time.getYear() > 2099) {
                continue;
            }
            String text = time.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSXXX"));

            assertThat(StampUnit.ISO.read(text)).as(text).isEqualTo(new Stamp(micros, 1));
        }
    }

    @Test
    void shouldBearGarbage() {
        Random random = new Random(3);
        String valid = "2021-07-22T00:00:00.123+02:00";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(valid.substring(0, random.nextInt(valid.length() + 1)));
            for (int changes = random.nextInt(3); changes > 0 && text.length() > 0; changes--) {
                text.setCharAt(
                        random.nextInt(text.length()), "0123456789-+:.TZ \u0661\uD83D".charAt(random.nextInt(19)));
            }
            for (StampUnit unit : StampUnit.values()) {
                unit.read(text.toString()); // throws nothing
            }
        }
    }
}
