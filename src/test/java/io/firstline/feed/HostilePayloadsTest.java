package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.payload.Encoded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Payloads that no honest server sends are published all the same, once. */
class HostilePayloadsTest {
    private static final int WORLDS = Integer.getInteger("firstline.worlds", 3_000);
    private static final List<String> HONEST = List.of(
            "{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"t\":12345,\"s\":\"BTCUSDT\"}}",
            "{\"stream\":\"btcusdt@depth\",\"data\":{\"U\":157,\"u\":160,\"pu\":149,\"b\":[[\"0.0024\",\"10\"]]}}",
            "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},\"data\":[{\"seqId\":5,\"prevSeqId\":4}]}",
            "{\"topic\":\"orderbook.50.BTCUSDT\",\"type\":\"delta\",\"data\":{\"u\":1,\"seq\":7}}",
            "{\"channel\":\"trade\",\"data\":[{\"symbol\":\"BTC/USD\",\"trade_id\":1},{\"symbol\":\"BTC/USD\",\"trade_id\":2}]}",
            "{\"type\":\"match\",\"trade_id\":280232,\"product_id\":\"SKL-BTC\",\"sequence\":177100030}",
            "{\"type\":\"subscribed\",\"trade_id\":1360,\"product_id\":\"SKL-BTC\"}",
            "{\"type\":\"subscribed\",\"trade_id\":\"1361\",\"product_id\":\"BTCUSDT\"}",
            "{\"result\":1361,\"id\":1}",
            "[\"1361\",\"te\",[280232,1]]",
            "[1360,{\"as\":[[\"0.0\",\"1\",\"2\"]]},\"book-1000\",\"SC/EUR\"]",
            "{\"result\":null,\"id\":7}",
            "pong");
    private static final List<byte[]> BINARY = List.of(
            Encoded.protobuf(
                    1,
                    "spot@public.aggre.depth.v3.api.pb@10ms@BTCUSDT",
                    313,
                    Encoded.protobuf(1, Encoded.protobuf(1, "9"), 1, Encoded.protobuf(1, "8"), 4, "17", 5, "19"),
                    3,
                    "BTCUSDT",
                    6,
                    1_736_409_765_051L),
            Encoded.protobuf(
                    1,
                    "spot@public.aggre.deals.v3.api.pb@10ms@BTCUSDT",
                    314,
                    Encoded.protobuf(1, Encoded.protobuf(5, "a1"), 1, Encoded.protobuf(5, "a2"))),
            Encoded.sbe(
                    10_000,
                    Encoded.block(1L, 2L, (byte) 1, (byte) 1),
                    Encoded.group(32, 25, Encoded.block(7L, 1L, 2L, (byte) 1), Encoded.block(8L, 1L, 2L, (byte) 1)),
                    Encoded.text(8, "BTCUSDT")),
            Encoded.sbe(
                    10_003,
                    Encoded.block(1L, 2L, 3L, (byte) 1, (byte) 1),
                    Encoded.group(16, 16, Encoded.block(1L, 2L)),
                    Encoded.group(16, 16),
                    Encoded.text(8, "BTCUSDT")),
            Encoded.msgpack(List.of(Map.of("T", "t", "S", "AAPL", "i", 5_000_000_000L, "x", 1.5, "ping", "\"\n"))),
            Encoded.msgpack(Map.of("id", 5, "e", true, "s", "a", "d", List.of("a", Map.of("b", List.of("c"))))),
            Encoded.msgpack(Map.of("topic", "x", "data", List.of(1, Map.of("only", -5L)))));
    private static final List<String> PIECES = List.of(
            "\"t\":12345,",
            "\"t\":99999999999999999999999999999999,",
            "\"t\":-9223372036854775808,\"u\":9223372036854775807,",
            "\"\\u0074\":5,",
            "\"data\":{},",
            "\"stream\":null,",
            "[[[[",
            "}}",
            "\\",
            "\u0001",
            "\uD83D",
            "{\"e\":{\"e\":",
            "1e999",
            "\"");

    private static byte[] binary(Random random) {
        byte[] honest = BINARY.get(random.nextInt(BINARY.size()));
        byte[] bytes =
                Arrays.copyOf(honest, random.nextInt(4) == 0 ? random.nextInt(honest.length + 9) : honest.length);
        for (int changes = random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        PayloadFuzz.read(bytes);
        PayloadFuzz.cut(bytes);
        return bytes;
    }

    private static byte[] payload(Random random) {
        if (random.nextInt(4) == 0) {
            return binary(random);
        }
        StringBuilder text = new StringBuilder(HONEST.get(random.nextInt(HONEST.size())));
        for (int changes = random.nextInt(4); changes > 0 && text.length() > 0; changes--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> text.setLength(at);
                case 2 -> text.deleteCharAt(at);
                default -> text.setCharAt(at, (char) random.nextInt(256));
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    @Test
    void shouldPublishEachOnce() {
        long seed = Long.getLong("firstline.seed", System.nanoTime());
        for (long world = seed; world < seed + WORLDS; world++) {
            Random random = new Random(world);
            List<byte[]> payloads = new ArrayList<>();
            for (int i = random.nextInt(60); i >= 0; i--) {
                payloads.add(
                        payloads.isEmpty() || random.nextInt(4) > 0
                                ? payload(random)
                                : payloads.get(random.nextInt(payloads.size())));
            }
            try {
                PayloadFuzz.check(random.nextInt(PayloadFuzz.venues()), payloads, random);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("-Dfirstline.seed=" + world + " -Dfirstline.worlds=1", e);
            }
        }
        System.out.printf("[hostile] %,d worlds from -Dfirstline.seed=%d%n", WORLDS, seed);
    }

    @Test
    void shouldBearWhatIsHuge() {
        for (int venue = 0; venue < PayloadFuzz.venues(); venue++) {
            // the first two read all that a profile may ask for
            PayloadFuzz.check(venue, huge(venue < 2 ? 1 << 20 : 1 << 17), new Random(venue));
        }
    }

    /** Messages of six bytes and more for each repetition. */
    private static List<byte[]> huge(int repetitions) {
        byte[] deep = new byte[8 * repetitions];
        Arrays.fill(deep, (byte) '[');
        byte[] keys = bytes("{\"data\":{" + "\"t\":1,".repeat(repetitions) + "\"e\":\"x\"},\"stream\":\"a@trade\"}");
        assertThat(keys.length).isGreaterThan(6 * repetitions);
        return List.of(
                deep,
                bytes("{\"data\":".repeat(repetitions)),
                keys,
                bytes("{\"stream\":\"" + "\\u0061".repeat(repetitions) + "\"}"),
                bytes("{\"stream\":\"a@trade\",\"data\":{\"t\":" + "9".repeat(repetitions / 2) + "}}"),
                keys);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldBearWhatIsHugeAndBinary() {
        byte[] arrays = new byte[4 << 20];
        Arrays.fill(arrays, (byte) 0x91);
        byte[] maps = new byte[4 << 20];
        Arrays.fill(maps, (byte) 0x81);
        byte[] elements = Encoded.msgpack(Collections.nCopies(1 << 20, 5));
        byte[] fields = Encoded.protobuf(1, "x", 313, new byte[4 << 20]);
        byte[] occurrences = new byte[4 << 20];
        Arrays.fill(occurrences, (byte) 0x0A); // a text of ten bytes, again and again
        byte[] entries = Encoded.sbe(10_000, Encoded.block(1L, 2L), new byte[] {0, 0, -1, -1, -1, -1, 1, 'x'});

        for (byte[] bytes : List.of(arrays, maps, elements, fields, occurrences, entries)) {
            PayloadFuzz.read(bytes);
            PayloadFuzz.cut(bytes);
        }
        for (int venue = 0; venue < PayloadFuzz.venues(); venue++) {
            PayloadFuzz.check(venue, List.of(arrays, maps, elements, fields, occurrences, entries), new Random(venue));
        }
    }

    @Test
    void shouldTakeWhatAFuzzerGives() {
        PayloadFuzz.fuzzerTestOneInput(new byte[] {});
        PayloadFuzz.fuzzerTestOneInput(new byte[] {-1, 5});
        PayloadFuzz.fuzzerTestOneInput("\u0002\u0003{\"a\":1}\u0000\u0000{\"a\":1}".getBytes(StandardCharsets.UTF_8));
    }
}
