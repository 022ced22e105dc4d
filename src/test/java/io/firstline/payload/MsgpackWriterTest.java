package io.firstline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MsgpackWriterTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"action\":\"auth\"} | 81a6616374696f6ea461757468",
                "[] | 90",
                "null | c0",
                "[true,false] | 92c3c2",
                "127 | 7f",
                "128 | cc80",
                "-32 | e0",
                "-33 | d3ffffffffffffffdf",
                "65536 | ce00010000",
                "18446744073709551615 | cfffffffffffffffff",
                "1.5 | cb3ff8000000000000",
                "\"\\u00e9\" | a2c3a9",
            })
    void shouldWriteJson(String json, String hex) {
        assertThat(HexFormat.of().formatHex(MsgpackWriter.of(json))).isEqualTo(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ping", "{", "[1,]", "{} {}", "{\"a\":}", "NaN", "\"a"})
    void shouldWriteNothingElse(String text) {
        assertThat(MsgpackWriter.of(text)).isNull();
    }

    /** Jackson's bound of nesting. */
    @Test
    void shouldBoundTheDepth() {
        assertThat(MsgpackWriter.of("[".repeat(900) + "]".repeat(900))).hasSize(900);
        assertThat(MsgpackWriter.of("[".repeat(100_000) + "]".repeat(100_000))).isNull();
    }

    @Test
    void shouldWriteWhatTheReaderReads() {
        String text = "x".repeat(70_000);
        JsonObject wide = new JsonObject();
        IntStream.range(0, 70_000).forEach(i -> wide.put("m" + i, i));
        JsonObject message = new JsonObject()
                .put("text", text)
                .put("short", text.substring(0, 300))
                .put("list", new JsonArray(IntStream.range(0, 70_000).boxed().toList()))
                .put("most", Long.MAX_VALUE)
                .put("least", Long.MIN_VALUE)
                .put("beyond", BigInteger.TEN.pow(30))
                .put("wide", wide);
        byte[] bytes = MsgpackWriter.of(message.encode());
        KeyValues values = new MsgpackReader(
                        List.of("/text", "/short", "/list/69999", "/most", "/least", "/beyond", "/wide/m69999"),
                        Set.of())
                .read(bytes, 0, bytes.length);

        assertThat(values.text(0)).isEqualTo(text);
        assertThat(values.text(1)).hasSize(300);
        assertThat(values.asLong(2)).isEqualTo(69_999);
        assertThat(values.asLong(3)).isEqualTo(Long.MAX_VALUE);
        assertThat(values.asLong(4)).isEqualTo(Long.MIN_VALUE);
        assertThat(values.text(5)).isEqualTo("1.0E30");
        assertThat(values.asLong(6)).isEqualTo(69_999);
    }

    @Test
    void shouldAgreeWithAnotherDecoderOnAnyJson() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 500; i++) {
            String json = value(random, 4);
            Object decoded = Decoded.msgpack(MsgpackWriter.of(json));
            assertThat(Json.CODEC.toString(decoded))
                    .as("seed %d: %s", seed, json)
                    .isEqualTo(Json.CODEC.toString(
                            Json.decodeValue("[" + json + "]") instanceof JsonArray array
                                    ? array.getList().get(0)
                                    : null));
        }
    }

    private static String value(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 1 ->
                Json.encode(new String(
                        random.ints(random.nextInt(40), 32, 0xD7FF)
                                .mapToObj(Character::toString)
                                .collect(Collectors.joining())
                                .getBytes(StandardCharsets.UTF_8),
                        StandardCharsets.UTF_8));
            case 2 -> Double.toString(random.nextDouble());
            case 3 -> random.nextBoolean() ? "null" : "true";
            case 4 ->
                IntStream.range(0, random.nextInt(20))
                        .mapToObj(i -> value(random, depth - 1))
                        .collect(Collectors.joining(",", "[", "]"));
            default ->
                IntStream.range(0, random.nextInt(20))
                        .mapToObj(i -> "\"m" + i + "\":" + value(random, depth - 1))
                        .collect(Collectors.joining(",", "{", "}"));
        };
    }
}
