package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.ProfileInfo;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.StreamClass.Mode;
import io.firstline.config.venue.Venue;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.FeedEnvironment;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.ConnectionReport.Role;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.feed.report.StreamReport;
import io.firstline.stream.CopyListener;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each shipped profile against a server that speaks as the venue's documentation says: three connections, each of which
 * lacks every twentieth message, a refused stream, a reset, an announced end.
 */
@Execution(ExecutionMode.CONCURRENT)
class VenueDialectsTest {
    private static final int CONNECTIONS = 3;
    private static final int MESSAGES = 200;
    /** The user's own profile of a venue that allows fewer connections by default. One replacement needs room, too. */
    private static final String LARGER_PLAN =
            """
            { "extends": "%s", "limits": [ { "what": "connections", "max": 4, "scope": "url" } ] }
            """;

    private static Bench bench;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    static Stream<VenueDialect> dialects() {
        // the longest first, so that none is left to run alone
        return Stream.concat(VenueLogins.all().stream(), VenueDialects.all().stream());
    }

    @Test
    void shouldSpeakWithEveryShippedProfile() {
        Set<String> spoken = dialects().map(dialect -> dialect.venue).collect(Collectors.toCollection(TreeSet::new));
        spoken.add("generic"); // has neither requests nor streams

        assertThat(spoken).isEqualTo(ProfileInfo.names(null));
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void shouldTryEveryClassThatProvesCompleteness(VenueDialect dialect) {
        List<StreamClass> classes = Venue.find(dialect.venue, null).format().classes();

        assertThat(classes)
                .filteredOn(type -> !type.sequence().first().isEmpty()
                        || !type.sequence().previous().isEmpty())
                .allMatch(type -> dialect.streams.stream().anyMatch(stream -> type.has(stream.shown)));
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void shouldMergeWhatTheVenueSends(VenueDialect dialect) throws IOException {
        if (dialect.plan) {
            Files.createDirectories(folder.resolve("venues"));
            Files.writeString(
                    folder.resolve("venues/" + dialect.venue + ".json"), LARGER_PLAN.formatted(dialect.venue));
        }
        Venue venue = Venue.find(dialect.venue, folder);
        VenueServer server = new VenueServer(bench.vertx, dialect, venue);
        JsonObject json = new JsonObject()
                .put("name", dialect.venue)
                .put("venue", dialect.venue)
                .put("url", server.url())
                .put("retryBaseMs", 20)
                .put("retryCapMs", 100)
                .put("connectsPer5Min", 0)
                .put("joinGuardMs", 300)
                .put("connections", CONNECTIONS);
        if (!dialect.secrets.isEmpty()) {
            json.put("secrets", secrets(dialect));
        }
        if (!dialect.unasked) {
            json.put("streams", new JsonArray(wanted(dialect)));
        }
        FeedConfig feed = FeedConfig.fromJson(json, folder);
        WsPool pool = WsPool.create(alone(), feed);
        List<String> merged = Collections.synchronizedList(new ArrayList<>());
        List<FeedEvent> events = new CopyOnWriteArrayList<>();
        pool.handler(message -> merged.add(
                dialect.binary ? message.payload().toString(StandardCharsets.ISO_8859_1) : message.asText()));
        pool.eventHandler(events::add);
        Bench.get(pool.start());
        Bench.until(
                "subscribed",
                () -> pool.state() == FeedState.CONNECTED && server.ready().size() == CONNECTIONS);
        if (dialect.unknown != null) {
            Bench.until("the refusal", () -> told(events, dialect.tellsWhich ? dialect.unknown : "", dialect.words));
        }

        sendUntil(server, "all in step", () -> areInStep(pool));
        server.lackSome();
        send(server, MESSAGES);
        Bench.until("every copy", () -> Bench.report(pool).copies() == server.frames());
        VenueServer.Line broken = server.ready().get(0);
        VenueServer.reset(broken);
        sendUntil(
                server,
                "the replacement of the reset connection",
                () -> !broken.open && areInStep(pool) && server.ready().size() == CONNECTIONS);
        if (dialect.warning != null) {
            VenueServer.Line ending = server.ready().get(0);
            server.warn(ending);
            sendUntil(
                    server,
                    "the replacement of the ending connection",
                    () -> !ending.open && areInStep(pool) && server.ready().size() == CONNECTIONS);
            assertThat(events).extracting(FeedEvent::type).contains(FeedEvent.Type.SHUTDOWN_ANNOUNCED);
        }
        AtomicInteger lastCopies = new AtomicInteger();
        pool.copyListener(countOf(dialect, server.sent() + MESSAGES - server.sent() % MESSAGES, lastCopies));
        send(server, MESSAGES - server.sent() % MESSAGES);
        Bench.until("the last copies", () -> lastCopies.get() >= CONNECTIONS);
        Bench.until("every gap decided", () -> Bench.report(pool).ledger().stream()
                .allMatch(stream -> stream.openGaps() == 0));

        FeedReport report = Bench.report(pool);
        Bench.get(pool.close());
        assertThat(server.intruders()).isEmpty();
        assertThat(server.breaches()).isEmpty();
        if (dialect.question != null) {
            assertThat(server.answers()).isPositive();
        }
        shouldBeWhole(dialect, venue, server, new ArrayList<>(merged), report);
    }

    /** An environment without the limits that the feeds of other dialects share: all their servers are on one host. */
    private static FeedEnvironment alone() {
        FeedEnvironment shared = FeedEnvironment.of(bench.vertx);
        return new FeedEnvironment(
                shared.context(), shared.scheduler(), shared.connectors(), shared.rests(), new ConnectBudget());
    }

    /** Writes the secrets to files that only the user may read. */
    private JsonObject secrets(VenueDialect dialect) throws IOException {
        JsonObject references = new JsonObject();
        for (Map.Entry<String, String> secret : dialect.secrets.entrySet()) {
            Path file = Files.writeString(folder.resolve(secret.getKey()), secret.getValue());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            references.put(secret.getKey(), "${file:" + file + "}");
        }
        return references;
    }

    private static List<String> wanted(VenueDialect dialect) {
        List<String> wanted = new ArrayList<>(
                dialect.streams.stream().map(stream -> stream.name).toList());
        if (dialect.unknown != null) {
            wanted.add(1, dialect.unknown);
        }
        return wanted;
    }

    private static void send(VenueServer server, int messages) {
        for (int i = 0; i < messages; i++) {
            server.next();
        }
    }

    /** A joining connection lines up only while messages arrive. */
    private static void sendUntil(VenueServer server, String what, Callable<Boolean> condition) {
        Bench.until(what, () -> {
            server.next();
            return condition.call();
        });
    }

    private static boolean told(List<FeedEvent> events, String stream, String words) {
        return events.stream()
                .filter(event ->
                        event.type() == FeedEvent.Type.SUBSCRIBE_FAILED || event.type() == FeedEvent.Type.SERVER_ERROR)
                .map(event -> event.toJson().encode())
                .anyMatch(event -> event.contains(stream) && event.contains(words));
    }

    private static boolean areInStep(WsPool pool) {
        return Bench.report(pool).connections().stream()
                        .filter(connection -> connection.role() == Role.MEMBER
                                && connection.line().inStep())
                        .count()
                == CONNECTIONS;
    }

    /** Counts the copies of the last message. */
    private static CopyListener countOf(VenueDialect dialect, int number, AtomicInteger copies) {
        VenueDialect.Sent stream = dialect.streams.get(dialect.streams.size() - 1);
        String last = comparable(dialect, stream.message.text(number, 0));
        return new CopyListener() {
            @Override
            public void opened(String connectionId) {}

            @Override
            public void copy(String connectionId, Buffer payload, boolean text, long arrivalNanos) {
                if (comparable(dialect, plain(dialect, payload, text)).equals(last)) {
                    copies.incrementAndGet();
                }
            }

            @Override
            public void closed(String connectionId, String why) {}
        };
    }

    private static String plain(VenueDialect dialect, Buffer payload, boolean text) {
        if (dialect.binary) {
            return payload.toString(StandardCharsets.ISO_8859_1);
        }
        boolean zipped = !text && payload.getByte(0) == 0x1F; // the first byte of gzip
        if (!zipped) {
            return payload.toString();
        }
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(payload.getBytes()))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void shouldBeWhole(
            VenueDialect dialect, Venue venue, VenueServer server, List<String> merged, FeedReport report) {
        Set<String> sent = server.snapshots().stream()
                .map(text -> comparable(dialect, text))
                .collect(Collectors.toSet());
        List<String> snapshots = merged.stream()
                .filter(text -> sent.contains(comparable(dialect, text)))
                .toList();
        assertThat(snapshots).doesNotHaveDuplicates();
        merged.removeAll(snapshots);
        Set<String> seen = new HashSet<>();
        List<String> twice = merged.stream()
                .map(text -> comparable(dialect, text))
                .filter(text -> !seen.add(text))
                .toList();
        Set<String> lost = new TreeSet<>();
        for (VenueDialect.Sent stream : dialect.streams) {
            StreamClass type = venue.format().classOf(stream.shown);
            Set<String> expected = IntStream.rangeClosed(1, server.sent())
                    .mapToObj(n -> comparable(dialect, stream.message.text(n, 0)))
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> lacking = new TreeSet<>(expected);
            lacking.removeAll(seen);
            seen.removeAll(expected);
            if (type.mode() == Mode.LATEST) {
                assertThat((long) lacking.size())
                        .isLessThanOrEqualTo(report.dropped().values().stream()
                                .mapToLong(n -> n)
                                .sum());
            } else {
                lost.addAll(lacking);
            }
        }
        assertThat(lost).as("lost").isEmpty();
        assertThat(twice).as("twice").isEmpty();
        assertThat(seen).as("misclassified").isEmpty();
        assertThat(report.malformed()).isZero();
        if (dialect.counts) {
            assertThat(report.connections()).allMatch(connection -> connection.missing() == 0);
        }
        assertThat(report.problems()).isEmpty();
        Map<String, StreamReport> ledger = report.ledger().stream()
                .filter(stream -> !stream.stream().startsWith("snapshot ")) // of HitBTC: one for each connection
                .collect(Collectors.toMap(StreamReport::stream, Function.identity()));
        assertThat(ledger)
                .containsOnlyKeys(
                        dialect.streams.stream().map(each -> each.shown).toList());
        for (VenueDialect.Sent expected : dialect.streams) {
            StreamReport stream = ledger.get(expected.shown);
            assertThat(stream.proof()).as(stream.stream()).isEqualTo(expected.proof);
            assertThat(stream.lostGaps()).isZero();
            assertThat(stream.conflicts()).as(stream.stream()).isZero();
        }
    }

    /** Removes the connection's own from a copy: numbers, times, ids of streams. */
    private static String comparable(VenueDialect dialect, String message) {
        if (dialect.binary) {
            return message.length() < dialect.ownTo
                    ? message
                    : message.substring(0, dialect.ownFrom) + message.substring(dialect.ownTo);
        }
        return message.replaceAll("\"sid\":\\d+,(\"seq\":\\d+,)?", "")
                .replaceAll("\"(timestamp|sequence_num|message_id)\":(\"own\\d+\"|\\d+),", "")
                .replaceAll("\"(connection_id|subscription)\":(\"\\w+\"|\\d+),", "")
                .replaceAll("^\\[\\d+,(.*),\\d+]$", "[$1]");
    }
}
