package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.PlainServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** {@code gaps}: the gaps that a venue's sequence numbers prove. */
class GapsCommandTest {
    /**
     * Trades 1 to 10, on the second connection after the first. Unless they are whole, the first connection misses 4 and
     * 5, and 9 arrives on no connection.
     */
    private static final class Trades implements AutoCloseable {
        private final CountDownLatch ahead = new CountDownLatch(1);
        private final CountDownLatch received = new CountDownLatch(2);
        private final PlainServer server;

        private Trades(boolean whole) throws IOException {
            server = new PlainServer(2, (number, line) -> {
                if (number == 1) {
                    ahead.await();
                }
                for (int trade = 1; trade <= 10; trade++) {
                    boolean lacks = !whole && (trade == 9 || (number == 0 && (trade == 4 || trade == 5)));
                    if (!lacks) {
                        line.text("{\"stream\":\"btcusdt@trade\",\"data\":{\"t\":" + trade + "}}");
                    }
                }
                line.awaitReceived();
                ahead.countDown();
                received.countDown();
            });
        }

        private Cli gaps(String... more) {
            List<String> args = new ArrayList<>(List.of("gaps", "--connections=2", "--on-connect=hello", server.url()));
            args.addAll(List.of(more));
            return Cli.start(args.toArray(String[]::new));
        }

        /** The same, ended once everything is received. */
        private Cli gapsUntilReceived(String... more) {
            Cli cli = gaps(more).until("everything is received", () -> received.getCount() == 0);
            Shutdown.ask();
            cli.code();
            return cli;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @Test
    void shouldTellEachGapAndWhatIsProven() throws IOException {
        try (Trades trades = new Trades(false)) {
            Cli cli = trades.gaps("--venue=binance-spot");
            cli.until("a loss", () -> cli.out().contains("9 lost"));
            Shutdown.ask();

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
        try (Trades trades = new Trades(true)) {
            Cli cli = trades.gapsUntilReceived("--venue=binance-spot", "--json");

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.lines()).hasSize(1);
            JsonObject stream = new JsonObject(cli.lines().get(0));
            assertThat(stream.getString("proof")).isEqualTo("PROVEN_COMPLETE");
            assertThat(stream.getString("feed")).isEqualTo("gaps");
        }
    }

    @Test
    void shouldWriteTheLedgerAsJson() throws IOException {
        try (Trades trades = new Trades(false)) {
            Cli cli = trades.gapsUntilReceived("--venue=binance-spot", "--json");

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
        try (Trades trades = new Trades(true)) {
            Cli cli = trades.gapsUntilReceived();

            assertThat(cli.code()).isZero();
            assertThat(cli.out()).isEmpty();
            assertThat(cli.err()).contains("firstline: gaps has no stream names: add a \"venue\" that defines them");
        }
    }

    @Test
    void shouldSayThatNoConnectionWasMade() throws IOException {
        Cli cli = Cli.run(
                "gaps", "--venue=binance-spot", "ws://127.0.0.1:" + RunCommandTest.freePort() + "/", "--for=1500ms");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.err())
                .contains("firstline: gaps: no connection, failures {refused=")
                .doesNotContain("no stream names");
    }

    @Test
    void shouldTakeAVenueAndItsStreams() {
        Cli.run("gaps", "okx", "--stream", "books").assertBadInput("--stream: found \"books\", allowed: 2 words");
        Cli.run("gaps", "nowhere", "--stream", "x").assertBadInput("--venue: found \"nowhere\", allowed: one of ");
        Cli.run("gaps", "wss://x.com/", "--stream", "x").assertBadInput("--stream: found streams, but no request");
        Cli.run("gaps", "conf/config.json", "--stream", "x")
                .assertBadInput("--stream: found with the configuration conf/config.json, allowed: only with a URL");
        Cli.run("gaps", "conf/config.json", "--venue", "okx")
                .assertBadInput("--connections, --venue, --secret and --on-connect: found with the configuration");
    }
}
