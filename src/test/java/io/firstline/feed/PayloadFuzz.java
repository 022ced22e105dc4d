package io.firstline.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.arbitration.Arbiter;
import io.firstline.arbitration.ArbiterSettings;
import io.firstline.arbitration.Line;
import io.firstline.config.check.JsonText;
import io.firstline.config.venue.Acks;
import io.firstline.config.venue.Answer;
import io.firstline.config.venue.FieldMatcher;
import io.firstline.config.venue.Formats;
import io.firstline.config.venue.IdRule;
import io.firstline.config.venue.MessageContent;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.MessageSigns;
import io.firstline.config.venue.NameRule;
import io.firstline.config.venue.Opening;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.Venue;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.GapLedger;
import io.firstline.feed.message.LearnedIds;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.Question;
import io.firstline.feed.message.Reply;
import io.firstline.feed.message.StreamTable;
import io.firstline.payload.JsonItems;
import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import io.firstline.payload.MessageItems;
import io.firstline.payload.MsgpackItems;
import io.firstline.payload.MsgpackReader;
import io.firstline.payload.MsgpackTree;
import io.firstline.payload.Payload;
import io.firstline.payload.ProtobufReader;
import io.firstline.payload.SbeReader;
import io.firstline.payload.TextInflater;
import io.firstline.payload.ValueReader;
import io.firstline.testkit.Packed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Arbitrary payloads on three connections that carry the same, in arbitrary order of arrival. Each payload must be
 * published once, in order, without an exception. A fuzzer calls {@link #fuzzerTestOneInput};
 * {@link HostilePayloadsTest} uses its payloads.
 */
public final class PayloadFuzz {
    private static final int LINES = 3;
    /** Longer inputs are not read again and again; nor are seven of eight others. */
    private static final int MAX_COMPARED = 1 << 16;

    /** A venue that asks, and lists streams in its replies. */
    private static final MessageFormat ASKING = Formats.with(Map.of(
            "naming",
            StreamNaming.at(List.of("/s")),
            "control",
            Formats.signs("/c"),
            "acks",
            new Acks("/id", List.of(FieldMatcher.anyAt("/e")), List.of("/s"), "/d", "/data"),
            "protocol",
            Formats.protocol(Map.of(
                    "opening",
                    new Opening(List.of(), new MessageSigns(List.of(FieldMatcher.anyAt("/r")), List.of("hi")), 1),
                    "answers",
                    List.of(new Answer(
                            new MessageSigns(List.of(FieldMatcher.anyAt("/u")), List.of("ping")),
                            "{\"pong\":${/u}}"))))));

    /** Reads all that a profile may ask for: objects and arrays, the only member, what is ignored, own numbers. */
    private static final MessageFormat INVENTED = Formats.with(Map.of(
            "naming",
            new StreamNaming(
                    List.of(
                            new NameRule(List.of(FieldMatcher.anyAt("/data")), List.of("=x", "/data/?")),
                            new NameRule(List.of(), List.of("/stream", "/channel"))),
                    " ",
                    Map.of(),
                    Map.of()),
            "classes",
            List.of(
                    new StreamClass("x", "^x", List.of("/data", "/data/?/0/t"), StreamClass.Sequence.NONE),
                    new StreamClass("others", "^", List.of(), StreamClass.Sequence.NONE)),
            "content",
            new MessageContent(PayloadEncoding.NONE, List.of("/data", "/id", "/arg"), List.of("/id", "/0"))));

    /** Names streams by ids that the server tells, or by those of requests. */
    private static final MessageFormat TELLING = Formats.with(Map.of(
            "naming",
            new StreamNaming(
                    List.of(
                            new NameRule(List.of(), List.of("=x", "@/0")),
                            new NameRule(List.of(), List.of("@/id", "/stream")),
                            new NameRule(List.of(FieldMatcher.anyAt("/topic")), List.of("/topic"))),
                    " ",
                    Map.of("BTCUSDT", "SKL-BTC", "SKL-BTC", "BTCUSDT"),
                    Map.of(),
                    List.of(
                            new IdRule(List.of(FieldMatcher.anyAt("/type")), "/trade_id", List.of("/product_id"), true),
                            new IdRule(
                                    List.of(FieldMatcher.anyAt("/channel")), "/data/0/trade_id", List.of("=y"), false),
                            new IdRule(List.of(FieldMatcher.anyAt("/e")), "/t", List.of("=z", "/s"), true),
                            new IdRule(List.of(FieldMatcher.anyAt("/result")), "/result", List.of(), true))),
            "acks",
            Acks.withId("/id"),
            "classes",
            List.of(new StreamClass("x", "^x", List.of("/1"), StreamClass.Sequence.NONE)),
            "content",
            new MessageContent(PayloadEncoding.NONE, List.of("/data"), List.of("/id", "/0"))));

    /** A venue that asks and replies in MessagePack. */
    private static final MessageFormat PACKED = Formats.with(Map.of(
            "naming",
            new StreamNaming(
                    List.of(
                            new NameRule(List.of(FieldMatcher.anyAt("/0/T")), List.of("/0/T", "/0/S")),
                            new NameRule(List.of(), List.of("/topic", "/data/-1/?", "=x"))),
                    " ",
                    Map.of(),
                    Map.of()),
            "acks",
            new Acks("/id", List.of(FieldMatcher.anyAt("/e")), List.of("/s"), "/d", "/0"),
            "classes",
            List.of(
                    new StreamClass(
                            "t",
                            "^t",
                            List.of("/0/i", "/0"),
                            new StreamClass.Sequence(
                                    StreamClass.Link.INCREASING, List.of("/0/i", "/-1/t"), List.of(), List.of())),
                    new StreamClass("others", "^", List.of("/data/-1/?"), StreamClass.Sequence.NONE)),
            "content",
            new MessageContent(PayloadEncoding.MSGPACK, List.of("/0/x", "/data"), List.of("/0/n")),
            "protocol",
            Formats.protocol(Map.of(
                    "answers",
                    List.of(new Answer(
                            new MessageSigns(List.of(FieldMatcher.anyAt("/0/ping")), List.of()),
                            "{\"pong\":${/0/ping}}"))))));

    private static final List<MessageFormat> VENUES = Stream.concat(
                    Stream.of(ASKING, INVENTED, TELLING, PACKED),
                    Stream.of(
                                    "binance-spot",
                                    "binance-spot-sbe",
                                    "binance-usdm",
                                    "bitfinex",
                                    "bitmex",
                                    "bybit-linear",
                                    "coinbase-advanced",
                                    "coinbase-exchange",
                                    "ethereum",
                                    "gemini",
                                    "generic",
                                    "hitbtc",
                                    "kraken-v1",
                                    "kraken-v2",
                                    "kucoin",
                                    "mexc-spot",
                                    "okx")
                            .map(name -> Venue.find(name, null).format()))
            .toList();

    private static final List<TextInflater> INFLATERS =
            Stream.of(TextInflater.Wrapper.values()).map(TextInflater::new).toList();
    private static final int MOST_INFLATED = 1 << 20;
    /** Between binary payloads: MessagePack gives it no meaning. */
    private static final byte SEPARATOR = (byte) 0xC1;

    private static final List<MessageItems> CUTTERS = List.of(new JsonItems(), new MsgpackItems());
    private static final List<MessageItems.Path> PATHS =
            Stream.of("", "/data", "/0", "/data/0/x").map(MessageItems.Path::of).toList();
    private static final int FREE_BYTES = 1 << 16;

    private static final List<String> POINTERS = List.of(
            "/0/T",
            "/1",
            "/1/-1/1",
            "/313/4",
            "/313/1/-2/5",
            "/2/0/2",
            "/-1/a",
            "/a/?/b",
            "/b/0",
            "/10000/group32/-1/0:int64",
            "/10000/group32/0/8:uint32",
            "/10003/16:int64",
            "/10003/group16/group16/text8",
            "/1/text32/group8/text16",
            "/2/group16/7/0:uint64");
    private static final List<ValueReader> READERS = List.of(
            new KeyReader(POINTERS, Set.of("/b/0", "/1")),
            new MsgpackReader(POINTERS, Set.of("/b/0", "/1")),
            new ProtobufReader(POINTERS),
            new SbeReader(List.copyOf(POINTERS.subList(9, POINTERS.size()))));

    /** A connection, to which its server gives its own ids. */
    private static final class Connection implements MessageReader.Replies {
        private final LearnedIds ids = new LearnedIds();
        private int unnamed;

        @Override
        public LearnedIds ids() {
            return ids;
        }

        @Override
        public String streamOfRequest(long id) {
            return id % 3 == 0 ? null : "x " + id % 3;
        }

        @Override
        public boolean replied(Reply reply) {
            Stream.of(Optional.ofNullable(reply.accepted()), Optional.ofNullable(reply.refused()))
                    .flatMap(Optional::stream)
                    .forEach(list -> list.has(Set.copyOf(reply.words())));
            return false;
        }

        @Override
        public void erred(String stream, String words) {}

        @Override
        public void ready() {}

        @Override
        public void asked(Question question) {
            String answer = question.obstacle().isEmpty() ? question.answer(1, 1) : "0";
            if (!JsonText.isJson(answer) || answer.length() > 300) {
                throw new AssertionError(answer);
            }
        }

        @Override
        public void numbered(long number) {}
    }

    private PayloadFuzz() {}

    /** The first two bytes choose the venue and the order of arrival; zeros, or 0xC1 for binary ones, separate payloads. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        inflate(input);
        List<byte[]> payloads = split(input, isBinary(input[0]) ? SEPARATOR : 0);
        payloads.forEach(PayloadFuzz::read);
        payloads.forEach(PayloadFuzz::cut);
        check(Math.floorMod(input[0], VENUES.size()), payloads, new Random(input[1]));
    }

    private static boolean isBinary(int venue) {
        PayloadEncoding encoding =
                VENUES.get(Math.floorMod(venue, VENUES.size())).content().payload();
        return encoding == PayloadEncoding.PROTOBUF
                || encoding == PayloadEncoding.SBE
                || encoding == PayloadEncoding.MSGPACK;
    }

    /** Any input as a server's, and a stream that inflates to much more than that. */
    private static void inflate(byte[] input) {
        for (TextInflater inflater : INFLATERS) {
            int length = inflater.inflate(input, 2, input.length - 2, MOST_INFLATED);
            if (length > MOST_INFLATED || length > inflater.result().length) {
                throw new AssertionError(length + " bytes");
            }
        }
        int most = 64 * (input[1] & 0xFF);
        byte[] much = new byte[64 * (input[0] & 0xFF)];
        for (int i = 0; i < much.length; i++) {
            much[i] = (byte) (input[i % Math.min(input.length, 4)] & 0x7F);
        }
        byte[] bomb = Packed.gzip(new String(much, StandardCharsets.US_ASCII));
        int length = INFLATERS.get(0).inflate(bomb, 0, bomb.length, most);
        if (length != (much.length > most ? TextInflater.TOO_LONG : much.length)) {
            throw new AssertionError(much.length + " bytes, at most " + most + ": " + length);
        }
    }

    private static List<byte[]> split(byte[] input, int separator) {
        List<byte[]> payloads = new ArrayList<>();
        int from = 2;
        for (int at = 2; at <= input.length; at++) {
            if (at == input.length || input[at] == separator) {
                payloads.add(Arrays.copyOfRange(input, from, at));
                from = at + 1;
            }
        }
        return payloads;
    }

    /** Every value of a message, in every format. */
    static void read(byte[] bytes) {
        for (ValueReader reader : READERS) {
            KeyValues read = reader.read(bytes, 0, bytes.length);
            for (int i = 0; read != null && i < (reader instanceof SbeReader ? 6 : POINTERS.size()); i++) {
                boolean there = read.isPresent(i);
                if (there != (read.text(i) != null)
                        || there != (read.hash(i) != 0)
                        || (there && !JsonText.isJson(read.json(i)) && !(reader instanceof MsgpackReader))
                        || (read.isLong(i) && !Long.toString(read.asLong(i)).equals(plain(read.text(i))))) {
                    throw new AssertionError(i + " of " + reader + ": " + read.text(i) + ", " + read.json(i));
                }
                read.contentHash(i);
            }
        }
        JsonNode tree = MsgpackTree.of(bytes, 0, bytes.length);
        KeyValues read = READERS.get(1).read(bytes, 0, bytes.length);
        if (!tree.isMissingNode() && (read == null || (tree.at("/0/T").isIntegralNumber() && !read.isPresent(0)))) {
            throw new AssertionError(tree.toString());
        }
    }

    /** Without leading zeros. */
    private static String plain(String digits) {
        String plain = digits.replaceFirst("^(-?)0+(?=.)", "$1");
        return plain.equals("-0") ? "0" : plain;
    }

    /** The items of a message are never more bytes than allowed. */
    static void cut(byte[] bytes) {
        Payload whole = new Payload();
        Payload part = new Payload();
        for (MessageItems cutter : CUTTERS) {
            for (MessageItems.Path path : PATHS) {
                int count = cutter.cut(whole.over(bytes, 0, bytes.length, false), path);
                long sum = 0;
                for (int i = 0; i < count; i++) {
                    sum += cutter.message(i, part).length();
                    cutter.hash(i);
                }
                if (count > MessageItems.MAX_ITEMS || sum > Math.max(FREE_BYTES, 8L * bytes.length)) {
                    throw new AssertionError(count + " items with " + sum + " bytes of " + bytes.length);
                }
            }
        }
    }

    static int venues() {
        return VENUES.size();
    }

    /**
     * Sends these on every line; throws unless each was published once and in order, and in the same way whether frames
     * are remembered or not.
     */
    static void check(int venue, List<byte[]> payloads, Random turns) {
        long seed = turns.nextLong();
        List<String> outcome = outcome(venue, payloads, new Random(seed), MessageReader.KNOWN_FRAMES);
        if ((seed & 7) == 0 && payloads.stream().mapToInt(bytes -> bytes.length).sum() <= MAX_COMPARED) {
            for (int knownFrames : new int[] {0, 2}) {
                List<String> other = outcome(venue, payloads, new Random(seed), knownFrames);
                if (!outcome.equals(other)) {
                    throw new AssertionError("with " + knownFrames + " known frames: " + other + ", else " + outcome);
                }
            }
        }
    }

    private static List<String> outcome(int venue, List<byte[]> payloads, Random turns, int knownFrames) {
        MessageReader reader = new MessageReader(VENUES.get(venue), new StreamTable(List.of()), knownFrames);
        List<String> outcome = new ArrayList<>();
        GapLedger gaps = new GapLedger((stream, gap, by, lackedBy) -> {});
        List<OutgoingCopy> published = new ArrayList<>();
        ArrivingCopy arriving = reader.newCopy((frame, items, item) -> frame);
        Arbiter<OutgoingCopy> arbiter = new Arbiter<>(
                new ArbiterSettings(Math.max(16, 2 * payloads.size()), 60_000_000_000L, 0, 250_000_000L),
                new Arbiter.Output<>() {
                    @Override
                    public void first(Line line, OutgoingCopy copy, boolean late) {
                        published.add(copy.kept());
                        outcome.add(shown(copy, late));
                        if (copy.isNumbered()) {
                            gaps.published(copy, published::size);
                        }
                    }

                    @Override
                    public void inStep(Line line, boolean alone) {
                        throw new AssertionError("all are from the start");
                    }

                    @Override
                    public void outOfStep(Line line) {
                        throw new AssertionError("no line falls behind");
                    }

                    @Override
                    public void conflict(Line line, int stream) {
                        outcome.add("conflict"); // other bytes with the same key, as a hostile server would send
                    }
                });
        List<Line> lines =
                Stream.generate(() -> arbiter.join(0, 0)).limit(LINES).toList();
        List<Connection> connections =
                Stream.generate(Connection::new).limit(LINES).toList();
        int[] next = new int[LINES];
        int left = LINES * payloads.size();
        for (long now = 1; left > 0; now++) {
            int line = turns.nextInt(LINES);
            if (next[line] < payloads.size()) {
                byte[] bytes = payloads.get(next[line]++);
                boolean text = !isBinary(venue) || (bytes.length > 0 && bytes[0] == '{');
                Payload payload = new Payload().over(bytes, 0, bytes.length, text);
                left--;
                Connection connection = connections.get(line);
                arriving.of("line " + line, payload, now);
                if (!reader.recalls(arriving, Integer.MAX_VALUE)) {
                    reader.read(arriving, connection);
                    reader.remember(arriving);
                }
                if (arriving.kind() == ArrivingCopy.Kind.UNNAMED) {
                    connection.unnamed++;
                    continue;
                }
                if (arriving.isNumbered()) {
                    arriving.numbered(line, -1L);
                }
                arbiter.copy(lines.get(line), arriving, now);
            }
        }
        int unnamed = connections.get(0).unnamed;
        if (published.size() != payloads.size() - unnamed
                || connections.stream().anyMatch(connection -> connection.unnamed != unnamed)) {
            throw new AssertionError(
                    published.size() + " published of " + payloads.size() + ", " + unnamed + " without a name");
        }
        outcome.add(
                reader.copies() + " copies, " + reader.control() + " control, " + reader.malformed() + " malformed");
        return outcome;
    }

    private static String shown(OutgoingCopy copy, boolean late) {
        return copy.by() + " " + copy.identity() + " " + (copy.stream() == null ? "" : copy.stream().name) + " "
                + copy.first()
                + " " + copy.last() + " " + copy.restarts() + " " + copy.text() + " " + late + " "
                + Arrays.hashCode(copy.bytes());
    }
}
