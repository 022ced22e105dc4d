package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A signal at any moment of the start: the command ends as it would later, without an error in the log. */
class StopWhileStartingTest {
    @TempDir
    Path folder;

    /** Loads the classes first, so that no figure below is that of a cold JVM. */
    @BeforeAll
    static void warmUp() {
        Cli cli = Cli.start("run", "--http-port", "0");
        cli.until("running", () -> cli.out().contains("running; Ctrl-C ends it"));
        Shutdown.ask();
        cli.code();
    }

    @ParameterizedTest(name = "after {0} ms")
    @ValueSource(ints = {0, 5, 10, 20, 40, 80, 160})
    void shouldEndInOrder(int ms) throws Exception {
        Path file = folder.resolve("config.json");
        Files.writeString(
                file,
                """
                {"http":{"port":0},"bridges":{"tcp":{"port":0,"feeds":["one"]}},"simulator":{"messagesPerSecond":500},
                 "feeds":{"one":{"url":"sim:/ws/btcusdt@trade","connections":5},
                          "two":{"url":"ws://127.0.0.1:1/","connections":1},
                          "three":{"venue":"binance-spot","url":"sim:/stream","streams":["btcusdt@trade"],"connections":3}}}
                """);
        try (Logged vertx = Logged.of("io.vertx")) {
            Cli cli = Cli.start("run", file.toString());
            cli.until("it listens to signals", Shutdown::isWatched);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));

            Shutdown.ask();

            assertThat(cli.code()).as("%s %s", cli.out(), cli.err()).isZero();
            assertThat(cli.out()).endsWith("stopped\n");
            assertThat(cli.err()).isEmpty();
            assertThat(vertx.text()).as("what Vert.x has to complain of").doesNotContain("Unhandled exception");
        }
    }
}
