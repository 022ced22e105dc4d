package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a separate process treats its log and its heap, with the launcher's options and logging. */
class ProcessEndsTest {
    private static final Path PROJECT =
            Path.of(System.getProperty("project.dir", ".")).toAbsolutePath();

    /** Logs much, then prints that it is alive, and ends like the program. */
    static final class Floods {
        /** More lines of one kind, within a second, than a pipe holds. */
        private static final String LONG = "x".repeat(1_000);

        public static void main(String[] args) {
            Logger log = LoggerFactory.getLogger("io.firstline.test");
            log.warn("first\nsecond \u001b[31mred");
            for (int i = 0; i < 20_000; i++) {
                log.warn("flood {}", LONG);
                log.warn("kind " + i);
            }
            System.out.println("alive");
            LoggerFactory.getLogger("io.firstline.last").warn("the last line");
            Shutdown.exit(0);
        }
    }

    /** Reports bad input after more log lines than a pipe holds. */
    static final class FloodsAndFails {
        public static void main(String[] args) {
            Logger log = LoggerFactory.getLogger(FloodsAndFails.class);
            for (int i = 0; i < LogQueue.MOST_LINES; i++) {
                log.warn("flood {}", "x".repeat(2_000));
            }
            Main.main(new String[] {"check", "no such file"});
        }
    }

    /** Fills its heap. */
    static final class Hoards {
        public static void main(String[] args) {
            Object hoard = "";
            while (hoard != null) {
                hoard = new Object[] {hoard, new byte[1 << 20]};
            }
        }
    }

    private static Process start(Class<?> main, String... options) throws IOException {
        List<String> words = new ArrayList<>(Program.command());
        words.remove(words.size() - 1);
        words.removeIf(word -> word.startsWith("-Xmx") || word.startsWith("-XX:+Use"));
        words.addAll(1, jvmOptions());
        words.addAll(words.indexOf("-cp"), List.of(options));
        words.addAll(
                words.indexOf("-cp"), List.of("-Dlogback.configurationFile=" + PROJECT.resolve("conf/logback.xml")));
        words.add(main.getName());
        return new ProcessBuilder(words).start();
    }

    private static List<String> jvmOptions() throws IOException {
        return Files.readAllLines(PROJECT.resolve("launcher/jvm.options")).stream()
                .filter(line -> line.startsWith("-"))
                .toList();
    }

    private static String firstLine(Process process) {
        try {
            return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldGoOnWhenNobodyReadsStandardError() throws Exception {
        Process process = start(Floods.class);
        try {
            assertThat(CompletableFuture.supplyAsync(() -> firstLine(process)).get(20, TimeUnit.SECONDS))
                    .isEqualTo("alive");
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends too").isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldEndACommandWhenNobodyReadsStandardError() throws Exception {
        Process process = start(FloodsAndFails.class);
        try {
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(Main.BAD_INPUT);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldLeaveOutAFloodOfLinesAndWriteTheLastOne() throws Exception {
        Process process = start(Floods.class);
        try {
            String log = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(log).contains("first\\nsecond \\u001b[31mred").contains("the last line");
            assertThat(log.lines().filter(line -> line.contains("flood ")).count())
                    .isLessThan(20 * LogQueue.MOST_LINES);
            assertThat(log).contains("more log lines within a second were dropped, like: flood {}");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldEndWithCodeThreeWhenTheHeapIsExhausted() throws Exception {
        Process process = start(Hoards.class, "-Xms16m", "-Xmx32m");
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(3);
            assertThat(err).contains("Terminating due to java.lang.OutOfMemoryError");
            assertThat(out).as("standard output belongs to messages").isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }
}
