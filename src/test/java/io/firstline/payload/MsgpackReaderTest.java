package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MsgpackReaderTest {
    private static final byte[] MESSAGE = Encoded.msgpack(List.of(
            map("T", "t", "S", "AAPL", "i", 52_983_525_029_461L, "p", 126.55, "x", map(7, 8, "c", List.of("@", "I"))),
            map(
                    "T",
                    "q",
                    "bx",
                    false,
                    "n",
                    null,
                    "raw",
                    new byte[] {'r', (byte) 0xFF},
                    "only",
                    map("A-1", map("s", -70_000)))));

    private static Map<Object, Object> map(Object... namesAndValues) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    private static KeyValues read(byte[] message, String... pointers) {
        byte[] around = new byte[message.length + 7];
        Arrays.fill(around, (byte) 0xC1);
        System.arraycopy(message, 0, around, 3, message.length);
        return new MsgpackReader(List.of(pointers), Set.of()).read(around, 3, 3 + message.length);
    }

    private static KeyValues read(String hex, String... pointers) {
        return read(HexFormat.of().parseHex(hex), pointers);
    }

    @ParameterizedTest
    @CsvSource({
        "/0/T, t",
        "/0/S, AAPL",
        "/0/i, 52983525029461",
        "/0/p, 126.55",
        "/0/x/c/1, I",
        "/0/x/c/-2, @",
        "/1/bx, false",
        "/1/raw, r\uFFFD",
        "/-1/T, q",
        "/-2/S, AAPL",
        "/1/only/?, A-1",
        "/1/only/?/s, -70000"
    })
    void shouldRead(String pointer, String expected) {
        assertThat(read(MESSAGE, pointer).text(0)).isEqualTo(expected);
        assertThat(read(MESSAGE, "/5", "/0/T", pointer).text(2)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/2/T", "/0/t", "/0/T/x", "/-3/T", "/0/x", "/0/x/7", "/1/n", "/0/?", "/0/?/c", ""})
    void shouldFindNothing(String pointer) {
        KeyValues read = read(MESSAGE, pointer);

        assertThat(read.isAny(0)).isFalse();
        assertThat(read.isNull(0)).isEqualTo(pointer.equals("/1/n"));
    }

    @Test
    void shouldTakeObjectsAndArraysByTheirBytes() {
        byte[] one = Encoded.msgpack(map("a", 1, "d", List.of(1, 2)));
        byte[] other = Encoded.msgpack(map("a", 2, "d", List.of(1, 2)));
        byte[] third = Encoded.msgpack(map("a", 2, "d", List.of(1, 3)));
        MsgpackReader reader = new MsgpackReader(List.of("/d", "/d/0"), Set.of("/d"));
        long hash = reader.read(one, 0, one.length).contentHash(0);

        assertThat(hash)
                .isNotZero()
                .isEqualTo(reader.read(other, 0, other.length).contentHash(0));
        assertThat(hash).isNotEqualTo(reader.read(third, 0, third.length).contentHash(0));
        assertThat(reader.read(third, 0, third.length).isPresent(0)).isFalse();
        assertThat(reader.read(third, 0, third.length).asLong(1)).isEqualTo(1);
    }

    @Test
    void shouldHashLikeJson() {
        byte[] json = "[\"AAPL\",-70000,true,126.55]".getBytes(StandardCharsets.UTF_8);
        byte[] message = Encoded.msgpack(List.of("AAPL", -70_000, true, 126.55));
        String[] pointers = {"/0", "/1", "/2", "/3"};
        KeyValues inJson = new KeyReader(List.of(pointers)).read(json, 0, json.length);
        KeyValues read = read(message, pointers);

        for (int i = 0; i < pointers.length; i++) {
            assertThat(read.hash(i)).as(pointers[i]).isEqualTo(inJson.hash(i));
            assertThat(read.json(i)).as(pointers[i]).isEqualTo(inJson.json(i));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "7f, 127",
        "e0, -32",
        "cc ff, 255",
        "cd ffff, 65535",
        "ce ffffffff, 4294967295",
        "cf 7fffffffffffffff, 9223372036854775807",
        "cf ffffffffffffffff, 18446744073709551615",
        "d0 80, -128",
        "d1 8000, -32768",
        "d2 80000000, -2147483648",
        "d3 8000000000000000, -9223372036854775808",
        "ca 3fc00000, 1.5",
        "cb 7ff8000000000000, NaN",
        "c3, true",
        "a161, a",
        "d90161, a",
        "da000161, a",
        "db0000000161, a",
        "c40161, a",
        "c5000161, a",
        "c6 0000000161, a",
        "d6ff 5a9b2c00, 1520118784000000000",
        "d7ff 0000000400000001, 1000000001",
        "c70cff 00000001 0000000000000002, 2000000001",
        "c70cff 00000000 ffffffffffffffff, -1000000000",
        "d541 6162, Aab"
    })
    void shouldReadEveryForm(String hex, String expected) {
        String value = hex.replace(" ", "");

        assertThat(read("91" + value, "/0").text(0)).isEqualTo(expected);
        assertThat(read("dc0002c0" + value, "/1").text(0)).isEqualTo(expected);
        assertThat(read("dd00000001" + value, "/-1").text(0)).isEqualTo(expected);
        assertThat(read("81a161" + value, "/a").text(0)).isEqualTo(expected);
        assertThat(read("de0002" + value + "c0a17a" + value, "/z").text(0)).isEqualTo(expected);
        assertThat(read("df00000001a161" + value, "/?").text(0)).isEqualTo("a");
    }

    @Test
    void shouldNotCountTimesOfOtherCenturies() {
        assertThat(read("91c70cff000000007fffffffffffffff", "/0").isLong(0)).isFalse();
        assertThat(read("91c70cff000000008000000000000000", "/0").isLong(0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'', nothing",
        "c1, the head that means nothing",
        "91, an array without its element",
        "dd ffffffff c0, four billion elements",
        "df ffffffff a161 c0, four billion members",
        "dd7fffffff, an array without elements",
        "9191919191, incomplete arrays",
        "d9, a text without its length",
        "da00, half of a length",
        "a5 61, a text behind the end",
        "db ffffffff 61, a text of 4 GiB",
        "c6 ffffffff 61, data of 4 GiB",
        "c9 ffffffff 01, an extension of 4 GiB",
        "cf 00, an incomplete number",
        "d8 01, an incomplete extension",
        "c0c0, two values"
    })
    void shouldRejectWhatIsMalformed(String hex, String why) {
        String value = hex.replace(" ", "");

        assertThat(read(value, "/9")).as(why).isNull();
        assertThat(read(value, "/?/9")).as(why).isNull();
        assertThat(read("91" + value, "/0/9/-1")).as(why + " inside").isNull();
        assertThat(read("82a162" + value, "/a")).as(why + " inside").isNull();
    }

    @Test
    void shouldSkipWhatIsNestedDeeply() {
        byte[] deep = new byte[1_000_000];
        Arrays.fill(deep, (byte) 0x91);
        assertThat(read(deep, "/1")).isNull();
        deep[deep.length - 1] = (byte) 0xC0;
        assertThat(read(deep, "/1").isAny(0)).isFalse();
        Arrays.fill(deep, (byte) 0x81);
        assertThat(read(deep, "/1")).isNull();
    }

    @Test
    void shouldNotReadBehindTheLastValue() {
        assertThat(read("920cc1", "/0").asLong(0)).isEqualTo(12);
    }

    @Test
    void shouldSurviveWhatIsBroken() {
        String[] pointers = {"/0/i", "/0/p", "/-1/T", "/1/only/?", "/1/only/?/s", "/0/x/c/-1", "/1/bx"};
        ProtobufReaderTest.survive(MESSAGE, 1, bytes -> read(bytes, pointers), pointers.length);
    }

    @Test
    void shouldReadWhatWasWritten() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 2_000; round++) {
            Map<String, Object> expected = new LinkedHashMap<>();
            Object tree = tree(random, "", 0, expected);
            byte[] message = Encoded.msgpack(tree);
            List<String> pointers = new ArrayList<>(expected.keySet());
            int most = Math.min(pointers.size(), KeyReader.MAX_POINTERS);
            KeyValues read = read(message, pointers.subList(0, most).toArray(String[]::new));
            for (int i = 0; i < most; i++) {
                assertThat(read.text(i))
                        .as("seed %d, round %d, %s in %s", seed, round, pointers.get(i), tree)
                        .isEqualTo(String.valueOf(expected.get(pointers.get(i))));
            }
        }
    }

    private static Object tree(SplittableRandom random, String at, int level, Map<String, Object> expected) {
        int kind = level == 0 ? random.nextInt(2) : random.nextInt(level < 4 ? 6 : 4) - (level < 4 ? 0 : -2);
        int size = random.nextInt(20) == 0 ? 20 : random.nextInt(1, 5);
        if (kind == 0) {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                list.add(tree(random, at + "/" + (random.nextBoolean() ? i : i - size), level + 1, expected));
            }
            return list;
        }
        if (kind == 1) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                String name = "m" + i + "n".repeat(random.nextInt(30));
                map.put(name, tree(random, at + "/" + name, level + 1, expected));
            }
            return map;
        }
        Object value =
                switch (kind) {
                    case 2 -> random.nextLong() >> random.nextInt(64);
                    case 3 -> random.nextDouble();
                    case 4 -> random.nextBoolean();
                    default -> "t".repeat(random.nextInt(1, 300));
                };
        expected.put(at, value);
        return value;
    }
}
