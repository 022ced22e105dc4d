package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SbeReaderTest {
    private static final byte[] MESSAGE = Encoded.sbe(
            10003,
            Encoded.block(1_000L, -7L, (byte) -8, (short) -2, -3),
            Encoded.group(32, 12, Encoded.block(11L, 1), Encoded.block(12L, 2), Encoded.block(13L, -1)),
            Encoded.text(16, "first"),
            Encoded.group(16, 4),
            Encoded.group(8, 1, Encoded.block((byte) 5)),
            Encoded.text(8, "BTCUSDT"));

    private static KeyValues read(byte[] message, String... pointers) {
        byte[] around = new byte[message.length + 7];
        Arrays.fill(around, (byte) 0xEE);
        System.arraycopy(message, 0, around, 3, message.length);
        return new SbeReader(List.of(pointers)).read(around, 3, 3 + message.length);
    }

    @ParameterizedTest
    @CsvSource({
        "/10003, 10003",
        "/10003/0:int64, 1000",
        "/10003/8:int64, -7",
        "/10003/8:uint64, 18446744073709551609",
        "/10003/16:int8, -8",
        "/10003/16:uint8, 248",
        "/10003/17:int16, -2",
        "/10003/17:uint16, 65534",
        "/10003/19:int32, -3",
        "/10003/19:uint32, 4294967293",
        "/10003/group32/0/0:int64, 11",
        "/10003/group32/1/8:int32, 2",
        "/10003/group32/-1/0:int64, 13",
        "/10003/group32/-1/8:uint32, 4294967295",
        "/10003/group32/text16, first",
        "/10003/group32/text16/group16/group8/0/0:int8, 5",
        "/10003/group32/text16/group16/group8/text8, BTCUSDT"
    })
    void shouldRead(String pointer, String expected) {
        assertThat(read(MESSAGE, pointer, "/id").text(0)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/10002",
                "/10002/0:int64",
                "/10003/19:int64",
                "/10003/65535:int8",
                "/10003/group32/3/0:int64",
                "/10003/group32/-4/0:int64",
                "/10003/group32/0/8:int64",
                "/10003/group32/text16/group16/0/0:int8",
                "/id"
            })
    void shouldFindNothing(String pointer) {
        KeyValues read = read(MESSAGE, pointer, "/10003/0:int64");

        assertThat(read.isAny(0)).isFalse();
        assertThat(read.asLong(1)).isEqualTo(1_000);
    }

    @Test
    void shouldReadNumbers() {
        KeyValues read = read(MESSAGE, "/10003/8:int64", "/10003/8:uint64", "/10003/group32/text16");

        assertThat(read.asLong(0)).isEqualTo(-7);
        assertThat(read.isLong(1)).as("above 63 bits").isFalse();
        assertThat(read.isLong(2)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'', /1, nothing",
        "00000100010000, /1, seven bytes",
        "0900010001000000ffffffffffffffff, /1, a block behind the end",
        "0000010001000000000a, /1/group16/text8, an incomplete head of a group",
        "000001000100000001000500aabbccdd, /1/group16/text8, a group behind the end",
        "0000010001000000ffffffffffff, /1/group32/text8, a group of 2^48 bytes",
        "0000010001000000ffffffffffff, /1/group32/0/0:int8, the same",
        "000001000100000005aabb, /1/text8, a text behind the end",
        "0000010001000000ffffffffaabb, /1/text32, a text of 4 GiB",
        "0000010001000000, /1/text8, no text"
    })
    void shouldRejectWhatIsMalformed(String hex, String pointer, String why) {
        assertThat(read(HexFormat.of().parseHex(hex), pointer)).as(why).isNull();
    }

    @Test
    void shouldSkipEntriesWithoutBytes() {
        byte[] message = HexFormat.of().parseHex("0000010001000000" + "0000ffffffff" + "0141");

        assertThat(read(message, "/1/group32/text8").text(0)).isEqualTo("A");
        assertThat(read(message, "/1/group32/-1/0:int8").isAny(0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/70000",
                "/1/x",
                "/1/",
                "/1/8:int24",
                "/1/8:float64",
                "/1/int64",
                "/1/group16",
                "/1/group16/0:int8",
                "/1/group16/0",
                "/1/group16/0/text8",
                "/1/text8/0:int8",
                "/1/0:int8/text8",
                "/1/group16/-0/0:int8",
                "/1/group16/-100/0:int8"
            })
    void shouldRejectWrongPointers(String pointer) {
        assertThat(SbePath.isMeant(pointer)).isTrue();
        assertThatThrownBy(() -> new SbeReader(List.of(pointer))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSurviveWhatIsBroken() {
        String[] pointers = {
            "/10003/0:int64",
            "/10003/19:int32",
            "/10003/group32/-1/0:int64",
            "/10003/group32/text16/group16/group8/0/0:int8",
            "/10003/group32/text16/group16/group8/text8"
        };
        ProtobufReaderTest.survive(MESSAGE, 1, bytes -> read(bytes, pointers), pointers.length);
    }

    @Test
    void shouldReadWhatWasWritten() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        int[] widths = {8, 16, 32};
        for (int round = 0; round < 2_000; round++) {
            long number = random.nextLong();
            byte[] block = Encoded.block((byte) 1, number);
            StringBuilder way = new StringBuilder("/7");
            byte[][] sections = new byte[random.nextInt(4) + 1][];
            String last = "s" + random.nextInt();
            for (int i = 0; i < sections.length - 1; i++) {
                int bits = widths[random.nextInt(3)];
                way.append(random.nextBoolean() ? "/group" : "/text").append(bits);
                byte[][] entries = IntStream.range(0, random.nextInt(5))
                        .mapToObj(e -> Encoded.block(random.nextLong(), (byte) e))
                        .toArray(byte[][]::new);
                sections[i] = way.lastIndexOf("/group") > way.lastIndexOf("/text")
                        ? Encoded.group(bits, 9, entries)
                        : Encoded.text(bits, "x".repeat(random.nextInt(40)));
            }
            int bits = widths[random.nextInt(3)];
            sections[sections.length - 1] = Encoded.text(bits, last);
            KeyValues read = read(Encoded.sbe(7, block, sections), way + "/text" + bits, "/7/1:int64", "/8/1:int64");

            assertThat(read.text(0))
                    .as("seed %d, round %d, %s", seed, round, way)
                    .isEqualTo(last);
            assertThat(read.asLong(1)).isEqualTo(number);
            assertThat(read.isAny(2)).isFalse();
        }
    }
}
