package io.firstline.feed;

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
import io.firstline.payload.Payload;
import io.firstline.payload.TextInflater;
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

    private static final List<MessageFormat> VENUES = Stream.concat(
                    Stream.of(ASKING, INVENTED, TELLING),
                    Stream.of(
                                    "binance-spot",
                                    "binance-usdm",
                                    "bitmex",
                                    "bybit-linear",
                                    "coinbase-advanced",
                                    "coinbase-exchange",
                                    "gemini",
                                    "generic",
                                    "hitbtc",
                                    "kraken-v1",
                                    "kraken-v2",
                                    "kucoin",
                                    "okx")
                            .map(name -> Venue.find(name, null).format()))
            .toList();

    private static final List<TextInflater> INFLATERS =
            Stream.of(TextInflater.Wrapper.values()).map(TextInflater::new).toList();
    private static final int MOST_INFLATED = 1 << 20;

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

    /** The first two bytes choose the venue and the order of arrival; zeros separate payloads. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        for (TextInflater inflater : INFLATERS) {
            int length = inflater.inflate(input, 2, input.length - 2, MOST_INFLATED);
            if (length > MOST_INFLATED || length > inflater.result().length) {
                throw new AssertionError(length + " bytes");
            }
        }
        List<byte[]> payloads = new ArrayList<>();
        int from = 2;
        for (int at = 2; at <= input.length; at++) {
            if (at == input.length || input[at] == 0) {
                payloads.add(Arrays.copyOfRange(input, from, at));
                from = at + 1;
            }
        }
        check(Math.floorMod(input[0], VENUES.size()), payloads, new Random(input[1]));
    }

    static int venues() {
        return VENUES.size();
    }

    /** Sends these on every line; throws unless each was published once and in order. */
    static void check(int venue, List<byte[]> payloads, Random turns) {
        MessageReader reader = new MessageReader(VENUES.get(venue), new StreamTable(List.of()));
        GapLedger gaps = new GapLedger((stream, gap, by, lackedBy) -> {});
        List<OutgoingCopy> published = new ArrayList<>();
        ArrivingCopy arriving = new ArrivingCopy();
        Arbiter<OutgoingCopy> arbiter = new Arbiter<>(
                new ArbiterSettings(Math.max(16, 2 * payloads.size()), 60_000_000_000L, 0, 250_000_000L),
                new Arbiter.Output<>() {
                    @Override
                    public void first(Line line, OutgoingCopy copy, boolean late) {
                        published.add(copy);
                        if (copy.isNumbered()) {
                            gaps.published(copy, published.size());
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
                        // other bytes with the same key, as a hostile server would send
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
                Payload payload = new Payload().over(bytes, 0, bytes.length, true);
                left--;
                Connection connection = connections.get(line);
                reader.read(arriving.of("line " + line, payload, now), connection);
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
    }
}
