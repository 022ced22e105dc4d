package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtobufReaderTest {
    private static final byte[] MESSAGE = Encoded.protobuf(
            1,
            "depth@BTC",
            3,
            -5L,
            4,
            7,
            6,
            Double.longBitsToDouble(1L << 40),
            313,
            Encoded.protobuf(
                    1, Encoded.protobuf(1, "a", 5, "first"), 1, Encoded.protobuf(1, "b", 5, "last"), 4, "0012"),
            9,
            1L,
            9,
            2L,
            9,
            3L);

    private static KeyValues read(byte[] message, String... pointers) {
        byte[] around = new byte[message.length + 7];
        Arrays.fill(around, (byte) 0x0F); // neither a field nor the end of a varint
        System.arraycopy(message, 0, around, 3, message.length);
        return new ProtobufReader(List.of(pointers)).read(around, 3, 3 + message.length);
    }

    private static KeyValues read(String hex, String... pointers) {
        return read(HexFormat.of().parseHex(hex), pointers);
    }

    @ParameterizedTest
    @CsvSource({
        "/1, depth@BTC",
        "/3, -5",
        "/4, 7",
        "/6, 1099511627776",
        "/313/4, 0012",
        "/313/1/1, a",
        "/313/1/0/5, first",
        "/313/1/5, first",
        "/313/1/-1/5, last",
        "/313/1/-2/5, first",
        "/9, 1",
        "/9/0, 1",
        "/9/-1, 3",
        "/9/-3, 1"
    })
    void shouldRead(String pointer, String expected) {
        assertThat(read(MESSAGE, pointer).text(0)).isEqualTo(expected);
        assertThat(read(MESSAGE, "/1", "/44", pointer, "/9/-2", "/id").text(2)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/2", "/313/9", "/313/1/-3/5", "/9/-4", "/9/1", "/3/1", "/id", "/313/x", "/0", "/", "", "/01"})
    void shouldFindNothing(String pointer) {
        KeyValues read = read(MESSAGE, pointer, "/1");

        assertThat(read.isAny(0)).isFalse();
        assertThat(read.text(0)).isNull();
        assertThat(read.hash(0)).isZero();
        assertThat(read.text(1)).isEqualTo("depth@BTC");
    }

    @Test
    void shouldReadNumbers() {
        KeyValues read = read(MESSAGE, "/3", "/313/4", "/1", "/4");

        assertThat(read.asLong(0)).isEqualTo(-5);
        assertThat(read.asLong(1)).isEqualTo(12);
        assertThat(read.isLong(2)).isFalse();
        assertThat(read.length(3)).isEqualTo(1);
    }

    @Test
    void shouldHashLikeJson() {
        byte[] json = "{\"1\":\"depth@BTC\",\"3\":-5}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        KeyValues inJson = new KeyReader(List.of("/1", "/3")).read(json, 0, json.length);
        KeyValues read = read(MESSAGE, "/1", "/3");

        assertThat(read.hash(0)).isEqualTo(inJson.hash(0));
        assertThat(read.hash(1)).isEqualTo(inJson.hash(1));
    }

    @Test
    void shouldIdentifyBytesThatAreNoText() {
        byte[] one = Encoded.protobuf(1, new byte[] {'\\', (byte) 0xFF, 'u'});
        byte[] other = Encoded.protobuf(1, new byte[] {'\\', (byte) 0xFE, 'u'});

        assertThat(read(one, "/1").hash(0)).isNotEqualTo(read(other, "/1").hash(0));
        assertThat(read(one, "/1").text(0)).isEqualTo("\\\uFFFDu");
        assertThat(read(one, "/1").json(0)).isEqualTo("\"\\\\\uFFFDu\"");
        assertThat(read(one, "/1").isLong(0)).isFalse();
        assertThat(read(Encoded.protobuf(1, "\\u"), "/1").isLong(0)).isFalse();
    }

    @Test
    void shouldIgnoreWhatDiffers() {
        long[] hashes = new long[3];
        for (int i = 0; i < 3; i++) {
            byte[] message = Encoded.protobuf(1, "a", 6, 1000L + Math.min(i, 1), 7, i == 2 ? "c" : "b");
            KeyValues read = new ProtobufReader(List.of("/6", "/7", "/8")).read(message, 0, message.length);
            Payload payload = new Payload().over(message, 0, message.length, false);
            hashes[i] = new MaskedHash().of(payload, read, List.of(2, 0));
        }

        assertThat(hashes[0]).isEqualTo(hashes[1]).isNotEqualTo(hashes[2]);
    }

    @ParameterizedTest
    @CsvSource({
        "08, a varint without its value",
        "0880, an incomplete varint",
        "08ffffffffffffffffff02, a varint above 64 bits",
        "08ffffffffffffffffffff01, eleven bytes",
        "ffffffffff01, a tag of more than 32 bits",
        "00, no field number",
        "0a05aabb, a length behind the end",
        "0affffffff0faa, a length of 4 GiB",
        "0affffffffffffffffff01aa, a negative length",
        "0b0c, a group",
        "0e, type 6",
        "0f, type 7",
        "0900000000000000, seven bytes instead of eight",
        "0d000000, three bytes instead of four"
    })
    void shouldRejectWhatIsMalformed(String hex, String why) {
        assertThat(read(hex, "/99")).as(why).isNull();
        assertThat(read("08019a06" + "%02x".formatted(hex.length() / 2) + hex, "/99/99"))
                .as(why + " inside")
                .isNull();
    }

    @Test
    void shouldAcceptTheLongestVarint() {
        assertThat(read("08ffffffffffffffffff01", "/1").asLong(0)).isEqualTo(-1);
        assertThat(read("088000", "/1").asLong(0)).as("longer than needed").isZero();
    }

    @Test
    void shouldNotReadBehindTheLastValue() {
        assertThat(read("0801" + "0b", "/1").asLong(0)).isEqualTo(1);
        assertThat(read("", "/1").isAny(0)).isFalse();
    }

    @Test
    void shouldRejectWrongPointers() {
        assertThatThrownBy(() -> new ProtobufReader(List.of("/9/-65"))).isInstanceOf(IllegalArgumentException.class);
    }

    /** Wherever a message is cut, and whatever one of its bytes is, nothing is thrown and nothing is read outside. */
    @Test
    void shouldSurviveWhatIsBroken() {
        String[] pointers = {"/1", "/3", "/313/4", "/313/1/-1/5", "/9/-1", "/1/1/1", "/6/2"};
        survive(MESSAGE, 5, bytes -> read(bytes, pointers), pointers.length);
    }

    /** Reads the message cut at each place, and with another byte at each place, every {@code step}th value. */
    static void survive(byte[] message, int step, Function<byte[], KeyValues> reader, int pointers) {
        for (int length = 0; length < message.length; length++) {
            use(reader.apply(Arrays.copyOf(message, length)), pointers);
            for (int value = 0; value < 256; value += step) {
                byte[] broken = message.clone();
                broken[length] = (byte) value;
                use(reader.apply(broken), pointers);
            }
        }
    }

    private static void use(KeyValues read, int pointers) {
        for (int i = 0; read != null && i < pointers; i++) {
            if (read.isLong(i)) {
                read.asLong(i);
            }
            read.text(i);
            read.json(i);
            read.hash(i);
            read.contentHash(i);
        }
    }

    @Test
    void shouldReadWhatWasWritten() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 2_000; round++) {
            List<Object> fields = new ArrayList<>();
            List<String> pointers = new ArrayList<>();
            List<Object> expected = new ArrayList<>();
            write(random, "", 0, fields, pointers, expected);
            byte[] message = Encoded.protobuf(fields.toArray());
            int most = Math.min(pointers.size(), KeyReader.MAX_POINTERS);
            KeyValues read = read(message, pointers.subList(0, most).toArray(String[]::new));
            for (int i = 0; i < most; i++) {
                assertThat(read.text(i))
                        .as(
                                "seed %d, round %d, %s in %s",
                                seed, round, pointers.get(i), HexFormat.of().formatHex(message))
                        .isEqualTo(String.valueOf(expected.get(i)));
            }
        }
    }

    private static void write(
            SplittableRandom random,
            String at,
            int level,
            List<Object> fields,
            List<String> pointers,
            List<Object> expected) {
        int number = 0;
        for (int count = random.nextInt(1, 5); count > 0; count--) {
            number += random.nextInt(1, 400);
            int times = random.nextInt(1, 4);
            for (int time = 0; time < times; time++) {
                String pointer = at + "/" + number + (times == 1 ? "" : "/" + (time == 0 ? 0 : time - times));
                fields.add(number);
                if (level < 3 && random.nextInt(3) == 0) {
                    List<Object> inner = new ArrayList<>();
                    write(random, pointer, level + 1, inner, pointers, expected);
                    fields.add(Encoded.protobuf(inner.toArray()));
                } else {
                    Object value = random.nextBoolean()
                            ? (Object) (random.nextLong() >> random.nextInt(64))
                            : "t" + random.nextInt();
                    fields.add(value);
                    pointers.add(pointer);
                    expected.add(value);
                }
            }
        }
    }
}
