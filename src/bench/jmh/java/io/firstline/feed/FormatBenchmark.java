package io.firstline.feed;

import io.firstline.NanosBenchmark;
import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.Line;
import io.firstline.arbitration.MatchingLines;
import io.firstline.config.venue.MessageContent;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.Venue;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamTable;
import io.firstline.payload.JsonItems;
import io.firstline.payload.MessageItems;
import io.firstline.payload.Payload;
import io.firstline.payload.TextInflater;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The cost of a message in each form that a profile can read, from its bytes to the arbiter's decision: of the first
 * copy, and of a later one.
 */
public class FormatBenchmark extends NanosBenchmark {
    private static final int BATCH = 1_024;
    private static final long INTERVAL_NANOS = 10_000;
    /** More messages than are remembered, so that they can be used again. */
    private static final int BATCHES = 32;

    private static final int LIMIT = 16 << 20;

    /** The form of a message. */
    public enum Form {
        /** JSON of 200 bytes, compared by its bytes. */
        BYTES,
        /** The same through the profile of Binance. */
        JSON,
        /** The same, compressed. */
        GZIP_200,
        GZIP_2000,
        /** A depth message of MEXC. */
        PROTOBUF,
        /** A depth message of Binance. */
        SBE,
        /** A trade of Alpaca. */
        MSGPACK,
        /** An array with trades, which are compared one by one. */
        ITEMS_1,
        ITEMS_10
    }

    @Param
    public Form form;

    private final byte[][][] batches = new byte[BATCHES][BATCH][];
    private byte[][] batch = batches[0];
    private int used;
    private boolean first;
    private boolean text;
    private MessageFormat format;
    private final Payload payload = new Payload();
    private final Payload message = new Payload();
    private final Payload withOne = new Payload();
    private final JsonItems items = new JsonItems();
    /** Null = messages are not compressed. */
    private TextInflater inflater;

    private ArrivingCopy arriving;
    private MessageReader reader;
    private Arbiter<OutgoingCopy> arbiter;
    private Line leader;
    private Line follower;
    private long nowNanos = 1;

    @Setup(Level.Trial)
    public void encode(BenchmarkParams params) {
        first = params.getBenchmark().endsWith("winning");
        text = form == Form.BYTES || form == Form.JSON || form == Form.ITEMS_1 || form == Form.ITEMS_10;
        format = format();
        for (int i = 0; i < BATCHES * BATCH; i++) {
            batches[i / BATCH][i % BATCH] = message(1_000_000_000_000L + 10L * i);
        }
        System.out.println(form + ": " + batches[0][0].length + " bytes");
    }

    private MessageFormat format() {
        return switch (form) {
            case BYTES -> MessageFormat.NONE;
            case JSON -> Venue.find("binance-usdm", null).format();
            case GZIP_200, GZIP_2000 -> gzip(Venue.find("binance-usdm", null).format());
            case PROTOBUF -> Venue.find("mexc-spot", null).format();
            case SBE -> Venue.find("binance-spot-sbe", null).format();
            case MSGPACK -> keyed("/0/T", "/0/S", "/0/i", PayloadEncoding.MSGPACK, null);
            case ITEMS_1, ITEMS_10 -> keyed("/topic", "/type", "/data/0/i", PayloadEncoding.NONE, "/data");
        };
    }

    private static MessageFormat gzip(MessageFormat plain) {
        return new MessageFormat(
                plain.naming(),
                plain.classes(),
                new MessageContent(PayloadEncoding.GZIP, List.of(), List.of()),
                plain.control(),
                plain.acks(),
                plain.notices(),
                plain.times(),
                plain.protocol());
    }

    private static MessageFormat keyed(String stream, String name, String key, PayloadEncoding payload, String items) {
        MessageFormat none = MessageFormat.NONE;
        StreamClass.Sequence numbers =
                new StreamClass.Sequence(StreamClass.Link.INCREASING, List.of(key), List.of(), List.of());
        StreamClass all = new StreamClass(
                "all",
                ".",
                List.of(key),
                List.of(),
                items,
                numbers,
                StreamClass.Mode.FIRST,
                StreamClass.DEFAULT_HOLD_MS,
                StreamClass.DEFAULT_HOLD_MESSAGES);
        return new MessageFormat(
                StreamNaming.at(List.of(stream, name)),
                List.of(all),
                new MessageContent(payload, List.of(), List.of()),
                none.control(),
                none.acks(),
                none.notices(),
                none.times(),
                none.protocol());
    }

    private byte[] message(long number) {
        return switch (form) {
            case BYTES, JSON -> ticker(number, 0);
            case GZIP_200 -> gzipped(ticker(number, 0));
            case GZIP_2000 -> gzipped(ticker(number, 1_800));
            case PROTOBUF -> protobuf(number);
            case SBE -> sbe(number);
            case MSGPACK -> msgpack(number);
            case ITEMS_1 -> trades(number, 1);
            case ITEMS_10 -> trades(number, 10);
        };
    }

    private static byte[] ticker(long number, int more) {
        StringBuilder levels = new StringBuilder();
        for (int i = 0; levels.length() < more; i++) {
            levels.append("[\"").append(27_423.1 + i * (number % 7)).append("\",\"5.419\"],");
        }
        return ("{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":" + number
                        + ",\"s\":\"BTCUSDT\",\"b\":\"27423.10\",\"B\":\"5.419\",\"a\":\"27423.20\",\"A\":\"10.023\",\"T\":1680652700430,\"E\":1680652700435,\"x\":["
                        + levels + "0]}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzipped(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] trades(long number, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"i\":" + (number + i) + ",\"p\":\"27423.10\",\"v\":\"0.012\",\"S\":\"Buy\"}")
                .collect(Collectors.joining(
                        ",",
                        "{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":" + number + ",\"data\":[",
                        "]}"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] field(int number, byte[] value) {
        ByteBuffer field = ByteBuffer.allocate(value.length + 4);
        int tag = (number << 3) | 2;
        if (tag >= 128) {
            field.put((byte) ((tag & 127) | 128)).put((byte) (tag >> 7));
        } else {
            field.put((byte) tag);
        }
        if (value.length >= 128) {
            field.put((byte) ((value.length & 127) | 128)).put((byte) (value.length >> 7));
        } else {
            field.put((byte) value.length);
        }
        field.put(value);
        byte[] bytes = new byte[field.position()];
        field.flip().get(bytes);
        return bytes;
    }

    private static byte[] field(int number, String value) {
        return field(number, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] all(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] protobuf(long number) {
        byte[] level = all(field(1, "92877.58"), field(2, "0.01200000"));
        return all(
                field(1, "spot@public.aggre.depth.v3.api.pb@10ms@BTCUSDT"),
                field(
                        313,
                        all(
                                field(1, level),
                                field(1, level),
                                field(2, level),
                                field(4, Long.toString(number)),
                                field(5, Long.toString(number + 9)))),
                field(3, "BTCUSDT"));
    }

    private static byte[] sbe(long number) {
        ByteBuffer message = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        message.putShort((short) 26)
                .putShort((short) 10_003)
                .putShort((short) 1)
                .putShort((short) 0);
        message.putLong(1_680_652_700_435_000L)
                .putLong(number)
                .putLong(number + 9)
                .put((byte) -2)
                .put((byte) -5);
        for (int side = 0; side < 2; side++) {
            message.putShort((short) 16).putShort((short) 4);
            for (int level = 0; level < 4; level++) {
                message.putLong(2_742_310L + level).putLong(541_900L);
            }
        }
        message.put((byte) 7).put("BTCUSDT".getBytes(StandardCharsets.US_ASCII));
        byte[] bytes = new byte[message.position()];
        message.flip().get(bytes);
        return bytes;
    }

    private static byte[] msgpack(long number) {
        ByteBuffer message = ByteBuffer.allocate(256);
        message.put((byte) 0x91).put((byte) 0x89);
        text(message, "T", "t");
        text(message, "S", "AAPL");
        text(message, "i").put((byte) 0xCF).putLong(number);
        text(message, "x", "V");
        text(message, "p").put((byte) 0xCB).putDouble(126.55);
        text(message, "s").put((byte) 0xCD).putShort((short) 1_200);
        text(message, "t").put((byte) 0xD7).put((byte) -1).putLong(1_680_652_700L);
        text(message, "c").put((byte) 0x92);
        text(message, "@", "I");
        text(message, "z", "C");
        byte[] bytes = new byte[message.position()];
        message.flip().get(bytes);
        return bytes;
    }

    private static ByteBuffer text(ByteBuffer message, String... texts) {
        for (String text : texts) {
            message.put((byte) (0xA0 | text.length())).put(text.getBytes(StandardCharsets.US_ASCII));
        }
        return message;
    }

    @Setup(Level.Iteration)
    public void join() {
        inflater =
                format.content().payload() == PayloadEncoding.GZIP ? new TextInflater(TextInflater.Wrapper.GZIP) : null;
        reader = new MessageReader(format, new StreamTable(List.of()), MessageReader.KNOWN_FRAMES);
        arriving = reader.newCopy((frame, path, item) -> decoded(frame));
        arbiter = new Arbiter<>(MatchingLines.SETTINGS, new MatchingLines<>());
        leader = arbiter.join(nowNanos, nowNanos);
        follower = first ? leader : arbiter.join(nowNanos, nowNanos);
        copy(leader, batches[0][0]);
        if (reader.malformed() > 0 || (form != Form.BYTES && arriving.key == 0)) {
            throw new IllegalStateException(form.name().toLowerCase(Locale.ROOT) + " is not read");
        }
    }

    /** The first copies, which the measured ones lose to. */
    @Setup(Level.Invocation)
    public void publish() {
        batch = batches[++used % BATCHES];
        if (!first) {
            for (byte[] bytes : batch) {
                nowNanos += INTERVAL_NANOS;
                copy(leader, bytes);
            }
        }
    }

    /** As {@code PayloadDecoder}, which needs a connection. */
    private Payload decoded(Payload frame) {
        if (inflater == null) {
            return frame;
        }
        int length = inflater.inflate(frame.array(), frame.from(), frame.length(), LIMIT);
        if (!message.over(inflater.result(), 0, length, true).isUtf8()) {
            throw new IllegalStateException("no UTF-8");
        }
        return message;
    }

    /** As {@code CopyReceiver}. */
    private long copy(Line line, byte[] bytes) {
        arriving.of("c", payload.over(bytes, 0, bytes.length, text), nowNanos);
        if (reader.recalls(arriving, LIMIT)) {
            return known(line);
        }
        Payload decoded = decoded(payload);
        reader.read(arriving.message(decoded), null);
        MessageItems.Path path = arriving.items();
        int count = path == null ? 0 : items.cut(decoded, path);
        if (count < 2) {
            if (count == 1) {
                arriving.comparesItem(items.hash(0));
            }
            reader.remember(arriving);
            arbiter.copy(line, arriving, nowNanos);
            return arriving.identity();
        }
        long frame = reader.rememberCut(arriving, count);
        reader.countParts(count);
        for (int i = 0; i < count; i++) {
            reader.readAgain(
                    arriving.of("c", items.message(i, withOne), nowNanos).itemOf(frame, i), null);
            arriving.comparesItem(items.hash(i));
            reader.remember(arriving);
            arbiter.copy(line, arriving, nowNanos);
        }
        return arriving.identity();
    }

    private long known(Line line) {
        int parts = arriving.parts();
        if (parts == 1) {
            arbiter.copy(line, arriving, nowNanos);
            return arriving.identity();
        }
        long frame = arriving.frameHash();
        MessageItems.Path path = arriving.items();
        reader.countParts(parts);
        for (int i = 0; i < parts; i++) {
            reader.recallItem(arriving.of("c", payload, nowNanos).itemOf(frame, i), path);
            arbiter.copy(line, arriving, nowNanos);
        }
        return arriving.identity();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long losing() {
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            nowNanos += 100;
            sum += copy(follower, batch[i]);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long winning() {
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            nowNanos += INTERVAL_NANOS;
            sum += copy(leader, batch[i]);
        }
        return sum;
    }
}
