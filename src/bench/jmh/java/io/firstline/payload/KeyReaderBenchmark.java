package io.firstline.payload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of identifying the message of a copy: reading its keys, hashing two names and reading one sequence. The
 * reference is Jackson's streaming parser, which reads the same and stops as early.
 *
 * <p>Messages differ in the length of their numbers, and there are too many of them for the branch predictor to learn.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class KeyReaderBenchmark {
    /** A venue's message and the places of its keys: two names, then the sequence. */
    public enum Shape {
        BOOK_TICKER,
        COMBINED,
        /** The sequence comes last, behind 40 price levels. */
        DEPTH,
        /** The names come last, in an array. */
        BOOK_ARRAY;

        private List<String> pointers() {
            return switch (this) {
                case BOOK_TICKER -> List.of("/s", "/e", "/u", "/E");
                case COMBINED -> List.of("/stream", "/data/e", "/data/u", "/data/E");
                case DEPTH -> List.of("/arg/channel", "/arg/instId", "/data/0/seqId", "/data/0/prevSeqId");
                case BOOK_ARRAY -> List.of("/-2", "/-1", "/0");
            };
        }
    }

    private static final int MESSAGES = 1 << 8;

    @Param
    public Shape shape;

    private final byte[][] messages = new byte[MESSAGES][];
    private final JsonFactory json = new JsonFactory();
    private final Set<String> names = new HashSet<>();
    private KeyReader reader;
    private int next;

    @Setup
    public void prepare() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < MESSAGES; i++) {
            messages[i] = message(random).getBytes(StandardCharsets.UTF_8);
        }
        reader = new KeyReader(shape.pointers());
        shape.pointers().forEach(pointer -> names.add(pointer.substring(pointer.lastIndexOf('/') + 1)));
        for (int i = 0; i < MESSAGES; i++) {
            KeyValues read = reader.read(messages[i], 0, messages[i].length);
            if ((read.text(0).hashCode() ^ read.text(1).hashCode() ^ read.asLong(2)) != jackson()) {
                throw new IllegalStateException(
                        "the two do not read the same: " + new String(messages[i], StandardCharsets.UTF_8));
            }
        }
        System.out.println(
                shape + ": " + messages[0].length + " bytes, " + new String(messages[0], StandardCharsets.UTF_8));
    }

    private String message(Random random) {
        long sequence = 1_000_000_000L << random.nextInt(12);
        return switch (shape) {
            case BOOK_TICKER -> ticker(random, sequence);
            case COMBINED ->
                "{\"stream\":\"" + List.of("btcusdt", "1000pepeusdt").get(random.nextInt(2)) + "@bookTicker\",\"data\":"
                        + ticker(random, sequence) + "}";
            case DEPTH ->
                "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},\"action\":\"update\",\"data\":[{\"asks\":"
                        + levels(random) + ",\"bids\":" + levels(random)
                        + ",\"ts\":\"1597026383085\",\"checksum\":-855196043,\"prevSeqId\":" + sequence + ",\"seqId\":"
                        + (sequence + 1) + "}]}";
            case BOOK_ARRAY -> "[" + sequence + ",{\"a\":" + levels(random) + "},\"book-10\",\"XBT/USD\"]";
        };
    }

    private static String ticker(Random random, long sequence) {
        return "{\"e\":\"bookTicker\",\"u\":" + sequence + ",\"s\":\"BTCUSDT\",\"b\":\"" + price(random) + "\",\"B\":\""
                + price(random) + "\",\"a\":\"" + price(random) + "\",\"A\":\"" + price(random)
                + "\",\"T\":1680652700430,\"E\":1680652700435}";
    }

    private static String levels(Random random) {
        StringBuilder levels = new StringBuilder("[");
        for (int i = 0; i < 20; i++) {
            levels.append(i == 0 ? "[\"" : ",[\"")
                    .append(price(random))
                    .append("\",\"")
                    .append(price(random))
                    .append("\",\"0\",\"1\"]");
        }
        return levels.append(']').toString();
    }

    private static String price(Random random) {
        return random.nextInt(100_000) + "." + random.nextInt(1_000_000);
    }

    /** From a byte array, as in the buffer. */
    @Benchmark
    public long keyReader() {
        byte[] message = messages[next++ & (MESSAGES - 1)];
        KeyValues read = reader.read(message, 0, message.length);
        return read == null ? 0 : keys(read);
    }

    private static long keys(KeyValues read) {
        return read.hash(0) ^ read.hash(1) ^ (read.isLong(2) ? read.asLong(2) : 0);
    }

    /** The reference: the same keys, with names as strings, as the parser returns them. */
    @Benchmark
    public long jackson() throws IOException {
        try (JsonParser parser = json.createParser(messages[next++ & (MESSAGES - 1)])) {
            parser.nextToken();
            return shape == Shape.BOOK_ARRAY ? lastElements(parser) : members(parser);
        }
    }

    private long members(JsonParser parser) throws IOException {
        long keys = 0;
        int missing = names.size();
        while (missing > 0) {
            if (parser.nextToken() != JsonToken.FIELD_NAME) {
                continue;
            }
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (names.contains(name)) {
                missing--;
                keys ^= value == JsonToken.VALUE_STRING ? parser.getText().hashCode() : sequence(name, parser);
            } else if (!name.equals("data") && !name.equals("arg")) {
                parser.skipChildren();
            }
        }
        return keys;
    }

    private static long sequence(String name, JsonParser parser) throws IOException {
        return name.equals("u") || name.equals("seqId") ? parser.getLongValue() : 0;
    }

    private static long lastElements(JsonParser parser) throws IOException {
        long sequence = parser.nextLongValue(0);
        String last = "";
        String before = "";
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            before = last;
            last = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
            parser.skipChildren();
        }
        return sequence ^ last.hashCode() ^ before.hashCode();
    }
}
