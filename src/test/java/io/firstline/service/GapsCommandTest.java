package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.PlainServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code gaps}: the gaps that a venue's sequence numbers prove. */
@Execution(ExecutionMode.CONCURRENT)
class GapsCommandTest {

    /** Trades 1 to 10: the first connection misses 4 and 5, and 9 arrives on no connection. */
    private static PlainServer server(boolean whole) throws IOException {
        return new PlainServer(2, (number, line) -> {
            if (number == 1) {
                LockSupport.parkNanos(100_000_000); // behind the other connection
            }
            for (int trade = 1; trade <= 10; trade++) {
                boolean lacks = !whole && (trade == 9 || (number == 0 && (trade == 4 || trade == 5)));
                if (!lacks) {
                    line.text("{\"stream\":\"btcusdt@trade\",\"data\":{\"t\":" + trade + "}}");
                }
            }
        });
    }

    private static Cli gaps(PlainServer server, String... more) {
        List<String> args = new ArrayList<>(
                List.of("gaps", "--connections=2", "--on-connect=hello", "--venue=binance-spot", server.url()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    @Test
    void shouldTellEachGapAndWhatIsProven() throws IOException {
        try (PlainServer server = server(false)) {
            Cli cli = gaps(server, "--for=8s");

            assertThat(cli.code()).as(cli.err()).isEqualTo(1);
            assertThat(cli.lines().stream().map(line -> line.replaceAll("^\\S+Z |\\d+\\.\\d ms", "")
                            .strip()))
                    .containsExactlyInAnyOrder(
                            "gaps btcusdt@trade: 4 to 5 open; missed by gaps-1",
                            "gaps btcusdt@trade: 9 open; missed by gaps-1",
                            "gaps btcusdt@trade: 4 to 5 healed by gaps-2 after ; missed by gaps-1",
                            "gaps btcusdt@trade: 9 lost; missed by gaps-1, gaps-2",
                            "gaps btcusdt@trade: GAP, 9 messages; gaps: 1 healed, 1 lost (1 numbers), 0 open; 0 conflicts");
        }
    }

    @Test
    void shouldBeContentWhereNothingIsMissing() throws IOException {
        try (PlainServer server = server(true)) {
            Cli cli = gaps(server, "--for=2s", "--json");

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.lines()).hasSize(1);
            JsonObject stream = new JsonObject(cli.lines().get(0));
            assertThat(stream.getString("proof")).isEqualTo("PROVEN_COMPLETE");
            assertThat(stream.getString("feed")).isEqualTo("gaps");
        }
    }

    @Test
    void shouldWriteTheLedgerAsJson() throws IOException {
        try (PlainServer server = server(false)) {
            Cli cli = gaps(server, "--for=2s", "--json");

            assertThat(cli.code())
                    .as("open gaps are not lost yet, " + cli.err())
                    .isZero();
            assertThat(cli.lines().stream().map(JsonObject::new))
                    .extracting(line -> line.getString("state"))
                    .containsExactly("healed", "open", null);
        }
    }

    @Test
    void shouldSayThatItSeesNoStreams() throws IOException {
        try (PlainServer server = server(true)) {
            Cli cli = Cli.run("gaps", "--connections=2", "--on-connect=hello", server.url(), "--for=1s");

            assertThat(cli.code()).isZero();
            assertThat(cli.out()).isEmpty();
            assertThat(cli.err()).contains("firstline: gaps has no stream names: add a \"venue\" that defines them");
        }
    }

    @Test
    void shouldSayThatNoConnectionWasMade() throws IOException {
        Cli cli = Cli.run(
                "gaps", "--venue=binance-spot", "ws://127.0.0.1:" + RunCommandTest.freePort() + "/", "--for=500ms");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.err())
                .contains("firstline: gaps: no connection, failures {refused=")
                .doesNotContain("no stream names");
    }

    @Test
    void shouldTakeAVenueAndItsStreams() {
        Cli.run("gaps", "okx", "--stream", "books").assertBadInput("/streams: found \"books\", allowed: 2 words");
        Cli.run("gaps", "nowhere", "--stream", "x").assertBadInput("/venue: found \"nowhere\", allowed: one of ");
        Cli.run("gaps", "wss://x.com/", "--stream", "x").assertBadInput("/streams: found streams, but no request");
        Cli.run("gaps", "conf/config.json", "--venue", "okx")
                .assertBadInput("--connections, --venue, --secret and --on-connect: found with the configuration");
    }
}
