package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Help, usage and exit codes, which all commands share. */
class MainTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "demo --help",
                "run --help",
                "check --help",
                "venues --help",
                "learn --help",
                "tail --help",
                "probe --help",
                "record --help",
                "replay --help",
                "bench --help",
                "-h",
                "tail -h"
            })
    void shouldHelpOnStandardOutput(String line) {
        Cli cli = Cli.run(line.split(" "));

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).contains("Usage: firstline").contains("--help");
        assertThat(cli.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "demo --help",
                "run --help",
                "tail --help",
                "probe --help",
                "record --help",
                "replay --help",
                "bench --help"
            })
    void shouldNameTheExitCodes(String line) {
        assertThat(Cli.run(line.split(" ")).out())
                .contains("Exit codes:")
                .containsPattern("0 +\\S")
                .containsPattern("2 +bad input");
    }

    @Test
    void shouldHelpWithACommand() {
        Cli cli = Cli.run("help", "tail");

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).contains("Usage: firstline tail").contains("--connections");
        Cli.run("help", "tali").assertBadInput("Unknown subcommand 'tali'");
    }

    /** In the locale C these are all names with other letters; a zero byte is wrong in every locale. */
    @ParameterizedTest
    @ValueSource(strings = {"check", "tail"})
    void shouldRefuseANameThatNoFileCanHave(String command) {
        Cli.run(command, "a\0b").assertBadInput("allowed: a file name in the encoding of the locale");
    }

    @Test
    void shouldCompleteCommandsInAShell() {
        Cli cli = Cli.run("generate-completion");

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).contains("complete -F _complete_firstline", "--http-port");
    }

    @Test
    void shouldTellTheVersion() {
        Cli cli = Cli.run("--version");

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).startsWith("firstline ");
    }

    @Test
    void shouldShowTheUsageWithoutACommand() {
        Cli cli = Cli.run();

        cli.assertBadInput("Usage: firstline", "demo", "run", "check", "tail", "record", "replay");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dmo                              | Unmatched argument",
                "--verbos                         | Unknown option: '--verbos'",
                "demo --fro 2s                    | Unknown option",
                "run --port 80                    | Unknown option",
                "check                            | Missing required parameter: 'CONFIG",
                "check a.json b.json              | Unmatched argument",
                "tali ws://localhost/             | Did you mean: firstline tail",
                "tail --conections 3 ws://x/      | Possible solutions: --connections",
                "tail                             | Missing required parameter: 'URL",
                "tail ws://localhost/ --format xml| expected one of [RAW, JSON]",
                "tail ws://localhost/ --count x   | 'x' is not a long",
                "tail ws://localhost/ --for soon  | found \"soon\", allowed: a duration such as 500ms, 10s, 1.5m or 2h",
                "tail ws://localhost/ --for -1s   | found \"-1s\"",
                "tail binance --connections 3     | binance: found no such file, allowed: wss://…, a configuration file, or a venue",
                "probe binance-spot               | found the venue without a stream, allowed: with --stream",
                "demo --for 0s                    | found \"0s\", allowed: more than 0",
                "demo --for                       | Missing required parameter for option '--for' (TIME)",
            })
    void shouldRefuseWhatItDoesNotKnow(String line, String message) {
        Cli.run(line.split(" ")).assertBadInput(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--version",
                "help",
                "help tail",
                "venues",
                "venues --json",
                "venues okx",
                "check okx",
                "generate-completion"
            })
    void shouldFailIfItsResultCannotBeWritten(String line) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        assertThat(Main.run(new Broken("No space left on device"), err, line.split(" ")))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines(
                        "firstline: standard output cannot be written: No space left on device\n");
        err.reset();
        assertThat(Main.run(new Broken("Broken pipe"), err, line.split(" ")))
                .as("the reader wants no more")
                .isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    /** An output that takes nothing. */
    private static final class Broken extends OutputStream {
        private final String why;

        Broken(String why) {
            this.why = why;
        }

        @Override
        public void write(int b) throws IOException {
            throw new IOException(why);
        }
    }

    @Test
    void shouldKnowOnlyTheCommandThatIsCalled() {
        Map<String, CommandLine> all =
                Main.line(new StandardOutput(OutputStream.nullOutputStream())).getSubcommands();
        assertThat(all).containsKeys("check", "help", "bench");
        all.forEach((name, command) -> {
            Map<String, CommandLine> known = Main.line(new StandardOutput(OutputStream.nullOutputStream()), name)
                    .getSubcommands();
            boolean isOurs = command.getCommandSpec().userObject().getClass().getPackage() == Main.class.getPackage();
            assertThat(known).as(name).hasSize(isOurs ? 1 : all.size()).containsKey(name);
        });
    }
}
