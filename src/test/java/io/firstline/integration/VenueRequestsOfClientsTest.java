package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.venue.FieldMatcher;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.MessageSigns;
import io.firstline.config.venue.ProfileInfo;
import io.firstline.config.venue.RelayProfile;
import io.firstline.config.venue.SubscribeTemplates.Batch;
import io.firstline.config.venue.Venue;
import io.firstline.relay.dialect.ClientRequest;
import io.firstline.relay.dialect.VenueRequests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What clients of a relay write in the protocol of each shipped profile, and what they get as an answer. */
class VenueRequestsOfClientsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long NOW_MS = 1_790_000_000_123L;
    private static final int ROUNDS = 20;
    private static final String COMPRESSED = "compressed";
    private static final String NO_REQUEST = "no request";
    private static final String OWN_IDS = "ids";
    private static final String MSGPACK = "MessagePack";

    /** The profiles whose protocol a relay does not speak, with a word of the reason. */
    private static final Map<String, String> UNSPOKEN = Map.ofEntries(
            Map.entry("arbitrum", NO_REQUEST),
            Map.entry("chainlink", NO_REQUEST),
            Map.entry("generic", NO_REQUEST),
            Map.entry("bitfinex", OWN_IDS),
            Map.entry("ethereum", OWN_IDS),
            Map.entry("solana", OWN_IDS),
            Map.entry("bingx", COMPRESSED),
            Map.entry("htx", COMPRESSED),
            Map.entry("htx-linear", COMPRESSED),
            Map.entry("alpaca-msgpack", MSGPACK));

    /** Profiles whose venue has no answer to a request to subscribe but the data itself. */
    private static final Set<String> WITHOUT_ACKS =
            Set.of("backpack", "bithumb", "dydx", "kalshi", "lighter", "polymarket", "upbit");

    /** Profiles that cannot say which replies are refusals. */
    private static final Set<String> WITHOUT_SIGN_OF_REFUSAL = Set.of("cryptocom");

    /** Made once: some have keys. */
    private static final List<VenueDialect> DIALECTS = Stream.concat(
                    VenueDialects.all().stream(), VenueLogins.all().stream())
            .toList();

    private static final Map<String, Venue> VENUES = new ConcurrentHashMap<>();

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private static Venue venue(String name) {
        return VENUES.computeIfAbsent(name, any -> Venue.find(any, null));
    }

    private static Stream<Venue> spoken() {
        return ProfileInfo.names(null).stream()
                .map(VenueRequestsOfClientsTest::venue)
                .filter(venue -> VenueRequests.whyNot(venue).isEmpty());
    }

    /** The streams of a venue that its server has in other tests, and such with other last words. */
    private List<String> streams(Venue venue) {
        List<String> streams = new ArrayList<>();
        DIALECTS.stream()
                .filter(dialect -> dialect.venue.equals(venue.name()))
                .flatMap(dialect -> dialect.streams.stream())
                .forEach(stream -> {
                    streams.add(stream.name);
                    String words = venue.requests().of(stream.name).words();
                    int last = stream.name.lastIndexOf(words);
                    if (last > 0 && venue.requests().of(stream.name).nameWords() == 0) {
                        boolean isNumber =
                                stream.name.substring(last + words.length()).matches("\\d+");
                        String other = stream.name.substring(0, last)
                                + words
                                + Long.toString(1 + random.nextLong(1_000_000), isNumber ? 10 : 36);
                        if (venue.requests().of(other).equals(venue.requests().of(stream.name))) {
                            streams.add(other);
                        }
                    }
                });
        return streams.stream().distinct().toList();
    }

    @Test
    void shouldSayWhichProtocolsARelayDoesNotSpeak() {
        Map<String, String> reasons = new TreeMap<>();
        ProfileInfo.names(null).forEach(name -> VenueRequests.whyNot(venue(name))
                .ifPresent(reason -> reasons.put(name, word(name, reason))));

        assertThat(reasons).isEqualTo(new TreeMap<>(UNSPOKEN));
    }

    private static String word(String name, String reason) {
        String expected = UNSPOKEN.getOrDefault(name, "?");
        return reason.contains(expected) ? expected : reason;
    }

    @Test
    void shouldReadRequestsThatTheProfileWrites() {
        spoken().forEach(venue -> {
            VenueRequests reader = new VenueRequests(venue);
            List<String> streams = streams(venue);
            assertThat(streams).as(venue.name()).isNotEmpty();
            for (int round = 0; round < ROUNDS; round++) {
                List<String> some = new ArrayList<>(streams);
                Collections.shuffle(some, random);
                some = some.subList(0, 1 + random.nextInt(some.size()));
                List<Batch> subscribing = venue.requests().replaces()
                        ? venue.requests().replacing(some.subList(0, 1))
                        : venue.requests().subscribing(some, 10);
                subscribing.forEach(batch -> shouldRead(venue, reader, batch, false));
                if (!venue.requests().replaces()
                        && !venue.requests().of(some.get(0)).unsubscribe().isEmpty()) {
                    venue.requests()
                            .unsubscribing(some, 10)
                            .forEach(batch -> shouldRead(venue, reader, batch, !batch.takesLearned()));
                }
            }
        });
    }

    private void shouldRead(Venue venue, VenueRequests reader, Batch batch, boolean ends) {
        JsonNode request = tree(batch.text(4711, NOW_MS));
        String id = withId(venue, request);
        String text = written(shuffled(request));
        ClientRequest read = reader.read(text);
        List<String> names;
        String readId;
        if (read instanceof ClientRequest.Subscribe subscribe && !ends) {
            names = subscribe.streams();
            readId = subscribe.repeated().get("id");
        } else if (read instanceof ClientRequest.Unsubscribe unsubscribe && ends) {
            names = unsubscribe.streams();
            readId = unsubscribe.repeated().get("id");
        } else if (read instanceof ClientRequest.Replace replace
                && venue.requests().replaces()) {
            names = replace.streams();
            readId = replace.repeated().get("id");
        } else {
            throw new AssertionError(venue.name() + ": " + text + " was read as " + read + ", seed " + seed);
        }
        // a pyth unsubscription has the first word of the name only
        boolean isShort = ends
                && !batch.how().unsubscribe().contains("${2}")
                && batch.how().nameWords() == 1;
        assertThat(names)
                .as("%s: %s, seed %d", venue.name(), text, seed)
                .containsExactlyInAnyOrderElementsOf(
                        isShort
                                ? batch.streams().stream()
                                        .map(name -> name.split(" ", -1)[0])
                                        .toList()
                                : batch.streams());
        assertThat(readId).as("%s: %s, seed %d", venue.name(), text, seed).isEqualTo(id);
    }

    /** Gives a request another id; returns its JSON, null = none. */
    private String withId(Venue venue, JsonNode request) {
        String pointer = venue.format().acks().id();
        if (pointer.isEmpty() || pointer.lastIndexOf('/') != 0 || !request.isObject()) {
            for (String name : List.of("id", "req_id", "reqid", "subId")) {
                if (request.path(name).asText().equals("4711")) {
                    return request.get(name).toString();
                }
            }
            return request.isArray() && request.at("/0/ticket").isTextual()
                    ? request.at("/0/ticket").toString().replace("firstline-", "")
                    : null;
        }
        ObjectNode object = (ObjectNode) request;
        String name = pointer.substring(1);
        switch (random.nextInt(3)) {
            case 0 -> object.put(name, random.nextLong());
            case 1 -> object.put(name, "a\"" + random.nextInt());
            default -> object.remove(name);
        }
        return object.has(name) ? object.get(name).toString() : null;
    }

    private JsonNode shuffled(JsonNode node) {
        if (node.isArray()) {
            ArrayNode array = JSON.createArrayNode();
            node.forEach(element -> array.add(shuffled(element)));
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        Collections.shuffle(names, random);
        ObjectNode object = JSON.createObjectNode();
        names.forEach(name -> object.set(name, shuffled(node.get(name))));
        return object;
    }

    private String written(JsonNode json) {
        return random.nextBoolean() ? json.toString() : json.toPrettyString();
    }

    @Test
    void shouldAnswerAsItsOwnReaderUnderstands() {
        Set<String> silent = new HashSet<>();
        spoken().forEach(venue -> {
            RelayProfile relay = venue.relay();
            MessageFormat format = venue.format();
            List<String> streams = streams(venue);
            for (String id : List.of("7", "\"seven\"")) {
                List<String> acks = relay.subscribed(venue.requests(), streams, streams, ofRequest(id), NOW_MS);
                if (acks.isEmpty()) {
                    silent.add(venue.name());
                }
                acks.forEach(ack -> shouldBeAck(venue, ack, id));
                relay.unsubscribed(venue.requests(), streams, List.of(), ofRequest(id), NOW_MS)
                        .forEach(ack -> shouldBeAck(venue, ack, id));
                String refusal = relay.refused("unknownStream", "no \"such\" stream", ofRequest(id), NOW_MS);
                if (refusal == null) {
                    continue;
                }
                JsonNode json = tree(refusal);
                assertThat(has(format.acks().refusal(), refusal, json)
                                || has(format.notices().errors(), refusal, json)
                                || !format.acks().refused().isEmpty()
                                || WITHOUT_SIGN_OF_REFUSAL.contains(venue.name()))
                        .as("%s: a refusal: %s", venue.name(), refusal)
                        .isTrue();
                assertThat(refusal).as(venue.name()).contains("no \\\"such\\\" stream");
                assertThat(tree(relay.refused("other", "", Map.of(), NOW_MS))).isNotNull();
            }
        });
        assertThat(silent).isEqualTo(WITHOUT_ACKS);
    }

    /** The values of a request that answers repeat. */
    private static Map<String, String> ofRequest(String id) {
        return Map.of(
                "id",
                id,
                "/op",
                "\"subscribe\"",
                "/method",
                "\"subscribe\"",
                "/channel",
                "\"c\"",
                "/event",
                "\"subscribe\"");
    }

    private static void shouldBeAck(Venue venue, String ack, String id) {
        MessageFormat format = venue.format();
        JsonNode json = tree(ack);
        boolean isReply = !format.acks().id().isEmpty()
                && json.at(format.acks().id()).toString().equals(id);
        assertThat(isReply || format.control().has(ack, json))
                .as("%s: an ack: %s", venue.name(), ack)
                .isTrue();
        assertThat(has(format.acks().refusal(), ack, json)
                        || has(format.notices().errors(), ack, json))
                .as("%s: no refusal: %s", venue.name(), ack)
                .isFalse();
    }

    private static boolean has(List<FieldMatcher> signs, String text, JsonNode json) {
        return new MessageSigns(signs, List.of()).has(text, json);
    }

    @Test
    void shouldAnswerTheHeartbeatsOfTheProfile() {
        spoken().filter(venue -> !venue.format().protocol().heartbeat().isNone())
                .forEach(venue -> {
                    VenueRequests reader = new VenueRequests(venue);
                    String beat = venue.format().protocol().heartbeat().message(5);
                    ClientRequest read = reader.read(beat);

                    assertThat(read).as("%s: %s", venue.name(), beat).isInstanceOf(ClientRequest.Heartbeat.class);
                    String answer = reader.answered((ClientRequest.Heartbeat) read, NOW_MS);
                    JsonNode json = answer.startsWith("{") ? tree(answer) : JSON.missingNode();
                    boolean isReply = !venue.format().acks().id().isEmpty()
                            && json.at(venue.format().acks().id()).asText().endsWith("5");
                    assertThat(isReply || venue.format().control().has(answer, json))
                            .as("%s: %s", venue.name(), answer)
                            .isTrue();
                });
    }

    /** A recording with acks of a venue, the sign of one, and the stream that it is about. */
    private record Recorded(String file, String venue, String sign, Function<JsonNode, String> stream) {}

    private static final List<Recorded> RECORDED = List.of(
            new Recorded("bitmex-20210417", "bitmex", "/subscribe", ack -> ack.at("/subscribe")
                    .asText()),
            new Recorded("bitstamp-20220105", "bitstamp", "/event", ack -> ack.at("/channel")
                    .asText()),
            new Recorded(
                    "gateio-v4-20210422",
                    "gate",
                    "/event",
                    ack -> ack.at("/channel").asText() + " BTC_USDT"),
            new Recorded(
                    "kraken-v1-20210417",
                    "kraken-v1",
                    "/subscription",
                    ack -> ack.at("/subscription/name").asText()
                            + " "
                            + ack.at("/pair").asText()),
            new Recorded(
                    "okex-3conn-20210722",
                    "okx",
                    "/arg/instId",
                    ack -> ack.at("/arg/channel").asText()
                            + " "
                            + ack.at("/arg/instId").asText()));

    @Test
    void shouldAnswerAsTheVenueDidInRecordings() throws IOException {
        for (Recorded recorded : RECORDED) {
            Path place = Recordings.folder().resolve(recorded.file());
            Path file = Files.isDirectory(place) ? first(place) : place.resolveSibling(recorded.file() + ".jsonl.gz");
            JsonNode ack = Recordings.texts(file).stream()
                    .limit(500)
                    .map(VenueRequestsOfClientsTest::tree)
                    .filter(json -> !json.at(recorded.sign()).isMissingNode()
                            && json.toString().contains("subscri")
                            && venue(recorded.venue()).format().control().has("", json))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no ack in " + file));
            List<String> ours = venue(recorded.venue())
                    .relay()
                    .subscribed(
                            venue(recorded.venue()).requests(),
                            List.of(recorded.stream().apply(ack)),
                            List.of(),
                            Map.of(),
                            ack.path("time").asLong() * 1_000);

            assertThat(ours).as(recorded.file()).hasSize(1);
            ObjectNode own = (ObjectNode) tree(ours.get(0));
            own.remove("connId"); // younger than the recording
            ObjectNode theirs = ((ObjectNode) ack).deepCopy();
            theirs.remove(List.of("channelID", "channelName")); // ids of the connection, and what follows from others
            theirs.remove("request");
            own.remove("request"); // of all streams together
            if (theirs.path("subscription").isObject()) {
                ((ObjectNode) theirs.get("subscription")).remove("depth");
            }
            assertThat(own).as(recorded.file()).isEqualTo(theirs);
        }
    }

    private static Path first(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jsonl.gz"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
