package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.report.Proof;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import io.firstline.feed.WsPool;
import io.firstline.feed.report.FeedReport;
import io.firstline.stream.FeedMessage;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A recording of an exchange that sends everything compressed, acks and pings too. */
@Execution(ExecutionMode.CONCURRENT)
class CompressedRecordingTest {
    private static final int CONNECTIONS = 3;
    private static final String HUOBI =
            """
            {
              "messages": {
                "payload": "gzip",
                "stream": ["/ch"],
                "control": [{ "at": "/ping" }, { "at": "/status" }],
                "classes": {
                  "depth": {
                    "match": "depth",
                    "key": ["/tick/mrid"],
                    "sequence": { "link": "increasing", "last": ["/tick/mrid"] },
                    "mode": "latest"
                  },
                  "trades": { "match": "trade", "key": ["/tick/data/0/id", "/tick/data/-1/id"] }
                },
                "eventTime": { "at": ["/ts"], "unit": "ms" }
              }
            }""";

    @TempDir
    private Path folder;

    /** The messages as they were received. */
    private static List<byte[]> recorded() throws IOException {
        Path file = Recordings.folder().resolve("huobi-swap1-20220219.b64lines.gz");
        if (!Files.exists(file)) {
            System.out.println("[recordings] skipped: no " + file);
        }
        Assumptions.assumeTrue(Files.exists(file), "no " + file);
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line -> Base64.getDecoder().decode(new JsonObject(line).getString("b64")))
                    .toList();
        }
    }

    private static String text(byte[] packed) throws IOException {
        return new String(new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldReadWhatHuobiSends() throws IOException {
        List<byte[]> recorded = recorded();
        List<String> data = new ArrayList<>();
        for (byte[] packed : recorded) {
            String text = text(packed);
            if (text.startsWith("{\"ch\":")) {
                data.add(text);
            }
        }
        int control = recorded.size() - data.size();
        assertThat(control).isEqualTo(11);
        Files.createDirectories(folder.resolve("venues"));
        Files.writeString(folder.resolve("venues").resolve("huobi.json"), HUOBI);
        PlainServer.Script script = (connection, line) -> {
            for (byte[] packed : recorded) {
                line.binary(packed);
            }
        };
        try (Bench bench = new Bench();
                PlainServer server = new PlainServer(CONNECTIONS, script)) {
            WsPool pool = WsPool.create(
                    bench.vertx,
                    "huobi",
                    WsPoolConfig.of(WsConnectionConfig.of(server.url())
                                    .withOnConnect(List.of("ready"))
                                    .withRetry(new RetryConfig(20, 100, 10_000)))
                            .withConnections(CONNECTIONS),
                    SubscribeTemplates.NONE,
                    Venue.find("huobi", folder).format());
            List<FeedMessage> merged = Collections.synchronizedList(new ArrayList<>());
            pool.handler(merged::add);
            Bench.get(pool.start());
            Bench.until("every copy", () -> Bench.report(pool).copies() == (long) CONNECTIONS * recorded.size());

            FeedReport report = Bench.report(pool);
            assertThat(merged).extracting(FeedMessage::asText).containsExactlyElementsOf(data);
            assertThat(merged).allMatch(message -> message.text() && message.stream() != null);
            assertThat(report.control()).isEqualTo((long) CONNECTIONS * control);
            assertThat(report.malformed()).isZero();
            assertThat(report.dropped()).isEmpty();
            assertThat(report.problems()).isEmpty();
            assertThat(report.ledger()).hasSize(10);
            assertThat(report.ledger())
                    .filteredOn(stream -> stream.type().equals("depth"))
                    .hasSize(5)
                    .allMatch(stream -> stream.proof() == Proof.UNPROVABLE && stream.conflicts() == 0);
            Bench.get(pool.close());
        }
    }
}
