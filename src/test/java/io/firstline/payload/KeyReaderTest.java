package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyReaderTest {
    private static final String OKX =
            """
            {"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["64123.5","0.1","0","2"]],
            "bids":[],"ts":"1597026383085","checksum":-855196043,"prevSeqId":123456,"seqId":123457}]}""";

    /** Describes the value at the pointer. */
    private static String read(String pointer, String json) {
        KeyValues read = read(new KeyReader(List.of(pointer)), json);
        if (read == null) {
            return "not JSON";
        }
        if (read.isNull(0)) {
            return "null";
        }
        return read.isPresent(0) ? "=" + read.text(0) : "absent";
    }

    private static KeyValues read(KeyReader reader, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, 0, bytes.length);
    }

    private static KeyValues of(String json, String... pointers) {
        KeyValues read = read(new KeyReader(List.of(pointers)), json);
        assertThat(read).as(json).isNotNull();
        return read;
    }

    @Test
    void shouldReadTheOnlyMemberOfAnObject() {
        String json =
                "{\"ch\":\"orderbook/full\",\"update\":{\"BTC\\u0055SDT\":{\"t\":1,\"s\":[5,7],\"b\":{}}},\"x\":{\"y\":{\"z\":true}}}";
        KeyValues read = of(json, "/update/?", "/update/?/s/-1", "/x/?", "/x/?/?", "/x/?/?/z", "/ch");

        assertThat(read.text(0)).isEqualTo("BTCUSDT");
        assertThat(read.asLong(1)).isEqualTo(7);
        assertThat(read.text(2)).isEqualTo("y");
        assertThat(read.text(3)).isEqualTo("z");
        assertThat(read.isPresent(4)).isFalse();
        assertThat(read.text(5)).isEqualTo("orderbook/full");
        assertThat(read("/?", "{\"a\":null}")).isEqualTo("=a");
        assertThat(read("/?/b", "{\"a\":{\"b\":1}}")).isEqualTo("=1");
        assertThat(read("/?", "{\"\":0}")).isEqualTo("=");
    }

    @Test
    void shouldReadNothingWhereThereAreSeveralMembersOrNone() {
        for (String json : List.of(
                "{\"a\":{\"s\":1},\"b\":{\"s\":1}}",
                "{\"a\":{\"s\":1},\"a\":{\"s\":1}}",
                "{}",
                "[{\"s\":1}]",
                "5",
                "\"?\"")) {
            assertThat(read("/?", json)).as(json).isEqualTo("absent");
            assertThat(read("/?/s", json)).as(json).isEqualTo("absent");
            assertThat(read("/x/?", "{\"x\":" + json + "}")).as(json).isEqualTo("absent");
        }
        KeyValues read = of("{\"x\":{\"a\":{\"s\":1},\"b\":2},\"y\":3}", "/x/?/s", "/y");
        assertThat(read.isPresent(0)).isFalse();
        assertThat(read.asLong(1)).isEqualTo(3);
        assertThat(read("/?", "{\"a\":1,")).isEqualTo("not JSON");
        assertThat(read("/?", "{\"a\"}")).isEqualTo("not JSON");
        assertThat(read("/?", "{a:1}")).isEqualTo("not JSON");
        assertThat(read("/?", "{\"a\":1 \"b\":1}")).isEqualTo("not JSON");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KeyReader(List.of("/a/?/b", "/a/c")))
                .withMessageContaining("the only member");
    }

    @Test
    void shouldReadTheKeysOfAVenue() {
        KeyValues okx = of(OKX, "/arg/channel", "/arg/instId", "/data/0/seqId", "/data/0/prevSeqId", "/data/0/ts");

        assertThat(okx.text(0)).isEqualTo("books");
        assertThat(okx.text(1)).isEqualTo("BTC-USDT");
        assertThat(okx.asLong(2)).isEqualTo(123457);
        assertThat(okx.asLong(3)).isEqualTo(123456);
        assertThat(okx.asLong(4)).as("a number sent as text").isEqualTo(1597026383085L);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "``               | 5                          | =5",
                "``               | \"pong\"                   | =pong",
                "``               | {\"a\":1}                  | absent",
                "/a               | {\"b\":1,\"a\":2}          | =2",
                "/a/b             | {\"a\":{\"b\":\"c\"}}      | =c",
                "/a/b             | {\"a\":1}                  | absent",
                "/a               | {\"a\":{\"a\":1}}          | absent",
                "/a               | {\"a\":[1]}                | absent",
                "/a               | {\"a\":null}               | null",
                "/a               | {\"a\":true}               | =true",
                "/a               | {\"a\":false}              | =false",
                "/a               | {\"a\":-1.50e+3}           | =-1.50e+3",
                "/a               | {}                         | absent",
                "/                | {\"\":1}                   | =1",
                "/0               | [7,8]                      | =7",
                "/1/0             | [7,[8]]                    | =8",
                "/2               | [7,8]                      | absent",
                "/01              | [7,8]                      | absent",
                "/-               | [7,8]                      | absent",
                "/-0              | [7,8]                      | absent",
                "/99999999999     | [7,8]                      | absent",
                "/-1              | [7,8]                      | =8",
                "/-2              | [7,8]                      | =7",
                "/-3              | [7,8]                      | absent",
                "/-1              | []                         | absent",
                "/-1/a            | [1,{\"a\":2}]              | =2",
                "/-1/-1/-1        | [1,[2,[3,4]]]              | =4",
                "/0               | {\"0\":1}                  | =1",
                "/-1              | {\"-1\":1}                 | =1",
                "/m~1n            | {\"m/n\":1}                | =1",
                "/m~0n            | {\"m~n\":1}                | =1",
                "/~01             | {\"~1\":1,\"/\":2}         | =1",
                "/e               | {\"\\u0065\":1}            | =1",
                "/e               | {\"\\u0066\":1}            | absent",
                "/a\"b            | {\"a\\\"b\":1}             | =1",
                "/eventTime       | {\"eventTimes\":1,\"eventTimE\":2,\"eventTime\":3} | =3",
                "/a               | \t\r {\"a\" :\t1 }\r       | =1",
                "/a               | {\"a\":\"\\ud83d\\ude00\"} | =\uD83D\uDE00",
                "/a               | {\"a\":\"\\b\\f\\n\\r\\t\\/\\\\\\\"\"} | `=\b\f\n\r\t/\\\"`",
            })
    void shouldReadTheScalarAtAPointer(String pointer, String json, String expected) {
        assertThat(read(pointer, json)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "/a    | {\"a\":1,\"a\":2}                 | =1",
                "/a    | {\"a\":1,\"\\u0061\":2}           | =1",
                "/a    | {\"a\":{},\"a\":2}                | absent",
                "/a    | {\"a\":null,\"a\":2}              | null",
                "/a/b  | {\"a\":{},\"a\":{\"b\":1}}        | absent",
                "/a/-1 | {\"a\":[1],\"a\":[2]}             | =1",
            })
    void shouldPassOverMembersWhoseNameCameBefore(String pointer, String json, String expected) {
        assertThat(read(pointer, json)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{]",
                "[",
                "[}",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1]",
                "{\"a\" 1}",
                "{a:1}",
                "{1:2}",
                "{,}",
                "{\"b\":1,}",
                "{\"b\":1,,\"c\":2}",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{} {}",
                "{}x",
                "1 2",
                "tru",
                "trve",
                "True",
                "nul",
                "falsy",
                "-",
                "+1",
                "01",
                "-01",
                "1.",
                ".5",
                "1.e3",
                "1e",
                "1e+",
                "0x1",
                "NaN",
                "Infinity",
                "'a'",
                "\"",
                "\"\\",
                "\"\\u12",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u123g\"",
                "[12:45678,123456789]",
                "[12/45678,123456789]",
                "\"\n\"",
                "\"\u001f..............\"",
                "\"abcdefghijklmnop\t\"",
                "\uFEFF{}",
                "{\"b\":\"x}",
                "{\"b\":[1,2}",
                "{\"b\":{\"c\":\"]}",
                "{\"b\":[\"\\",
                "{\"b\":[\"]\\\"",
                "/**/{}",
                "\u0000"
            })
    void shouldRefuseWhatIsNotJson(String json) {
        assertThat(read("/a", json)).isEqualTo("not JSON");
        assertThat(read("/-1", json)).isEqualTo("not JSON");
    }

    @Test
    void shouldCheckAnElementThatIsReadOnceTheEndIsKnown() {
        assertThat(read("/-1/a", "[{\"a\":5}]")).isEqualTo("=5");
        assertThat(read("/-1/a", "[{\"a\" 5}]")).isEqualTo("not JSON");
    }

    /** Reading the rest would be wasted work. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,", "{\"a\":1}}", "{\"a\":1,b", "{\"x\":[1 2,tru,:],\"a\":1,"})
    void shouldNotLookBehindTheLastKeyNorIntoWhatNoPointerLeadsInto(String json) {
        assertThat(read("/a", json)).isEqualTo("=1");
    }

    /** A truncated value may be only half of it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":12",
                "{\"a\":12 ",
                "{\"a\":12x",
                "{\"a\":12:",
                "{\"a\":12]",
                "{\"a\":true1}",
                "{\"a\":\"x\"\"",
                "[[12"
            })
    void shouldNotTakeAKeyWithoutACommaOrBracketBehindIt(String json) {
        assertThat(read("/a", json)).isEqualTo("not JSON");
        assertThat(read("/0/0", json)).isEqualTo("not JSON");
    }

    @Test
    void shouldForgetTheMessageBefore() {
        KeyReader reader = new KeyReader(List.of("/a", "/b"));
        assertThat(read(reader, "{\"a\":1,\"b\":2}").asLong(1)).isEqualTo(2);
        assertThat(read(reader, "{\"a\":4,\"b\":")).isNull();

        KeyValues read = read(reader, "{\"a\":3}");

        assertThat(read.asLong(0)).isEqualTo(3);
        assertThat(read.isPresent(1)).isFalse();
        assertThat(read.isNull(1)).isFalse();
        assertThat(read.hash(1)).isZero();
        assertThat(read.isLong(1)).isFalse();
        assertThat(read.text(1)).isNull();
    }

    @Test
    void shouldReadTheSamePlaceForTwoPointers() {
        KeyValues reader = of("{\"a\":1,\"b\":2}", "/a", "/b", "/a");

        assertThat(reader.asLong(0)).isEqualTo(1);
        assertThat(reader.asLong(2)).isEqualTo(1);
        assertThat(reader.asLong(1)).isEqualTo(2);
    }

    @Test
    void shouldReadPointersOnTheSameWay() {
        KeyValues array =
                of("[1,{\"x\":2},\"book-10\",\"XBT/USD\"]", "/0", "/-1", "/-2", "/1/x", "/-3/x", "/2", "/3", "/-4");

        assertThat(IntStream.range(0, 8).mapToObj(array::text))
                .containsExactly("1", "XBT/USD", "book-10", "2", "2", "book-10", "XBT/USD", "1");
    }

    @Test
    void shouldHashTheValueAndNotItsSpelling() {
        KeyValues reader = of(
                "[\"A/\uD83D\uDE00\",\"\\u0041\\/\\uD83d\\uDE00\",\"5\",5,5.0,true,\"true\",false,\"\",null,\"\\ud83d\",\"\\ude00\",\"?\"]",
                IntStream.range(0, 13).mapToObj(i -> "/" + i).toArray(String[]::new));

        assertThat(reader.hash(1)).isEqualTo(reader.hash(0));
        assertThat(reader.hash(9)).as("null").isZero();
        long[] others = IntStream.of(0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
                .mapToLong(reader::hash)
                .toArray();
        assertThat(others).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x20, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF})
    void shouldTakeAnEscapeForTheCharacterItStandsFor(int codePoint) {
        String plain = Character.toString(codePoint);
        String escaped = plain.chars().mapToObj("\\u%04X"::formatted).collect(Collectors.joining());
        KeyValues reader = of("{\"x" + escaped + "\":\"" + plain + "\",\"y\":\"" + escaped + "\"}", "/x" + plain, "/y");

        assertThat(reader.text(0)).isEqualTo(plain);
        assertThat(reader.text(1)).isEqualTo(plain);
        assertThat(reader.hash(1)).isEqualTo(reader.hash(0));
    }

    @Test
    void shouldNotMakeACharacterOfHalves() {
        KeyValues reader = of("[\"\\ud83dA\",\"\\ud83d\\u0041\",\"\\ud83d\\nu0041\"]", "/0", "/1", "/2");

        assertThat(reader.hash(1)).isEqualTo(reader.hash(0));
        assertThat(reader.text(1)).isEqualTo(reader.text(0)).endsWith("A");
        assertThat(reader.hash(2)).isNotEqualTo(reader.hash(0));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "7, 7",
        "-7, -7",
        "\"7\", 7",
        "\"-7\", -7",
        "\"007\", 7",
        "\"\\u0037\", 7",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808",
        "\"9223372036854775807\", 9223372036854775807",
    })
    void shouldTellIntegers(String json, long expected) {
        KeyValues reader = of("{\"a\":" + json + "}", "/a");

        assertThat(reader.isLong(0)).isTrue();
        assertThat(reader.asLong(0)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808",
                "-9223372036854775809",
                "9999999999999999999",
                "99999999999999999999",
                "-922337203685477580800",
                "18446744073709551617",
                "1.0",
                "1e3",
                "true",
                "\"\"",
                "\"-\"",
                "\"+1\"",
                "\" 1\"",
                "\"1 \"",
                "\"1a\"",
                "\"--1\"",
                "\"\u0661\""
            })
    void shouldTellWhatIsNoInteger(String json) {
        KeyValues reader = of("{\"a\":" + json + "}", "/a");

        assertThat(reader.isPresent(0)).isTrue();
        assertThat(reader.hash(0)).isNotZero();
        assertThat(reader.isLong(0)).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> reader.asLong(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "#/a", " /a", "/~", "/a~", "/~2", "/a~b/c", "/-65", "/a/-100", "/-99999999999"})
    void shouldNameABadPointer(String pointer) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KeyReader(List.of("/good", pointer)))
                .withMessageContaining("\"" + pointer + "\"");
    }

    @Test
    void shouldRefusePointersThatAreTooManyOrTooDeep() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KeyReader(Collections.nCopies(65, "/a")))
                .withMessageContaining("65");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KeyReader(List.of("/a".repeat(65))))
                .withMessageContaining("levels");
    }

    @Test
    void shouldReadAsManyAndAsDeepAsItPromises() {
        List<String> many = IntStream.range(0, 64).mapToObj(i -> "/k" + i).toList();
        String members = String.join(
                ",",
                many.stream()
                        .map(p -> "\"" + p.substring(1) + "\":\"" + p + "\"")
                        .toList());
        KeyValues wide = read(new KeyReader(many), "{" + members + "}");
        assertThat(IntStream.range(0, 64).mapToObj(wide::text)).isEqualTo(many);

        assertThat(read("/a".repeat(64), "{\"a\":".repeat(64) + 1 + "}".repeat(64)))
                .isEqualTo("=1");
        assertThat(read("/-64", "[" + "0,".repeat(10) + "1" + ",0".repeat(63) + "]"))
                .isEqualTo("=1");
        assertThat(read(new KeyReader(List.of()), Buffer.buffer("{\"a\":1}"))).isNotNull();
    }

    @Test
    void shouldSkipNestingOfAnyDepth() {
        String deep = "[".repeat(500_000) + "]".repeat(500_000);

        assertThat(read("/a", "{\"x\":" + deep + ",\"a\":1}")).isEqualTo("=1");
        assertThat(read("/-1", "[" + deep + ",1]")).isEqualTo("=1");
        assertThat(read("/a", "[".repeat(1_000_000))).isEqualTo("not JSON");
        assertThat(read("/a", "{\"a\":".repeat(1_000_000))).isEqualTo("not JSON");
    }

    @Test
    void shouldReadBehindSixteenMebibytes() {
        StringBuilder json = new StringBuilder("{\"levels\":[");
        while (json.length() < 1 << 24) {
            json.append("[\"28145.10\",\"3.868\",{\"\\\"]\":\"é\"}],");
        }
        json.append("0],\"seq\":7}");

        assertThat(read("/seq", json.toString())).isEqualTo("=7");
        assertThat(read("/seq", json.substring(0, json.length() - 10))).isEqualTo("not JSON");
    }

    /** Puts brackets, quotes and escapes at every place of the eight bytes that are read together. */
    @Test
    void shouldSkipValuesWhateverTheirAlignment() {
        List<String> values = List.of(
                "[\"]\"]",
                "[\"\\\"]\"]",
                "[\"\\\\\",\"[\"]",
                "{\"}\":[\"é]\"]}",
                "[[],[[]],{},[{}]]",
                "[\"a\\\\\\\"]\"]");
        for (String value : values) {
            for (int before = 0; before < 20; before++) {
                for (int after = 0; after < 20; after += 3) {
                    String json = "{\"x\":[" + "\"" + "s".repeat(before) + "\"," + value + ",\"" + "t".repeat(after)
                            + "\"],\"a\":1}";
                    assertThat(read("/a", json)).as(json).isEqualTo("=1");
                    assertThat(read("/b", json)).as(json).isEqualTo("absent");
                }
            }
        }
    }

    @Test
    void shouldTellEveryTruncationFromTheWhole() {
        KeyReader reader = new KeyReader(List.of("/arg/instId", "/data/-1/seqId", "/none"));
        byte[] bytes = OKX.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < bytes.length; length++) {
            assertThat(reader.read(bytes, 0, length)).as("%d bytes", length).isNull();
        }
        assertThat(reader.read(bytes, 0, bytes.length)).isNotNull();
    }

    @Test
    void shouldNotMindTextThatIsNotUtf8() {
        byte[] bytes = "{\"b\":\"__\",\"a\":\"__\"}".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == '_' ? (byte) 0xE2 : bytes[i];
        }
        KeyValues read = new KeyReader(List.of("/a")).read(bytes, 0, bytes.length);

        assertThat(read.hash(0)).isNotZero();
        assertThat(read.text(0)).isEqualTo("\uFFFD\uFFFD");
    }

    @Test
    void shouldReadBuffersOfEveryKind() {
        byte[] bytes = OKX.getBytes(StandardCharsets.UTF_8);
        byte[] large =
                ("{\"x\":\"" + "x".repeat(1 << 21) + "\",\"data\":[{\"seqId\":9}]}").getBytes(StandardCharsets.UTF_8);
        KeyReader reader = new KeyReader(List.of("/data/0/seqId"));
        List<Buffer> buffers = List.of(
                Buffer.buffer(OKX),
                Buffer.buffer("....").appendBytes(bytes).appendString("}}").slice(4, 4 + bytes.length),
                BufferInternal.buffer(Unpooled.directBuffer().writeBytes(bytes)),
                BufferInternal.buffer(
                        Unpooled.directBuffer().writeInt(0).writeBytes(bytes).skipBytes(4)),
                BufferInternal.buffer(
                        Unpooled.wrappedBuffer(Arrays.copyOf(bytes, 9), Arrays.copyOfRange(bytes, 9, bytes.length))));

        for (Buffer buffer : buffers) {
            assertThat(read(reader, buffer).asLong(0)).isEqualTo(123457);
            assertThat(read(reader, Buffer.buffer())).isNull();
        }
        assertThat(read(reader, BufferInternal.buffer(Unpooled.directBuffer().writeBytes(large)))
                        .asLong(0))
                .isEqualTo(9);
    }

    private static KeyValues read(KeyReader reader, Buffer buffer) {
        Payload payload = new Payload().over(buffer, true);
        return reader.read(payload.array(), payload.from(), payload.from() + payload.length());
    }

    @Test
    void shouldAllocateNothing() {
        KeyReader reader = new KeyReader(List.of("/arg/channel", "/data/-1/seqId", "/data/0/ts", "/none", "/e"));
        byte[] bytes =
                OKX.replace("books", "b\\u006foks").replace("arg", "\\u0061rg").getBytes(StandardCharsets.UTF_8);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = use(reader, bytes, 100);
        long before = threads.getCurrentThreadAllocatedBytes();
        sum += use(reader, bytes, 10_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(sum).isNotZero();
        assertThat(allocated).as("bytes for 10,000 messages").isLessThan(1_000);
    }

    private static long use(KeyReader reader, byte[] bytes, int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            KeyValues read = reader.read(bytes, 0, bytes.length);
            sum += read.hash(0) + read.asLong(1) + read.asLong(2) + read.hash(3);
        }
        return sum;
    }

    @Test
    void shouldCompareTheBeginningsOfTexts() {
        byte[] message =
                "{\"a\":\"Not \\u0053ubscribed\",\"b\":\"Not\",\"c\":5,\"d\":null}".getBytes(StandardCharsets.UTF_8);
        KeyValues values = new KeyReader(List.of("/a", "/b", "/c", "/d", "/e")).read(message, 0, message.length);

        assertThat(values.startsWith(0, "Not Sub".getBytes(StandardCharsets.UTF_8)))
                .isTrue();
        assertThat(values.startsWith(0, "Not sub".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(values.startsWith(0, "Not Subscribed!".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(values.startsWith(1, "Not".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(values.startsWith(1, "Not ".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        for (int i = 2; i < 5; i++) {
            assertThat(values.startsWith(i, "5".getBytes(StandardCharsets.UTF_8)))
                    .isFalse();
        }
    }
}
