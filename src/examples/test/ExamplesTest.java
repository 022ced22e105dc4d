import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs every example as its README describes, on a live feed, and checks its output. */
@Timeout(60)
class ExamplesTest {
    private static final int MESSAGES = 100;
    private static final Path EXAMPLES = Path.of(System.getProperty("examples"));

    /** Standard output is for messages only. */
    private static final String QUIET =
            "-Dlogback.configurationFile=" + EXAMPLES.resolve("../../conf/logback.xml");

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", "kotlin", "groovy", "scala", "clojure", "javascript"})
    void shouldReadAFeedOnTheEventBus(String language) throws IOException {
        assertInSequence(run(java(System.getProperty("java.home"), language)));
    }

    @Test
    void shouldReadAFeedOnAVirtualThread() throws IOException {
        Optional<String> home = Runtime.version().feature() >= 21
                ? Optional.of(System.getProperty("java.home"))
                : jdkWithVirtualThreads();
        assumeTrue(home.isPresent(), "no JDK 21 or newer below /usr/lib/jvm");

        assertInSequence(run(java(home.get(), "java-virtual")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"python3 python/consumer.py", "node node/consumer.mjs"})
    void shouldReadAFeedOverTheTcpBridge(String command, @TempDir Path folder) throws IOException {
        String[] words = command.split(" ");
        assumeTrue(isInstalled(words[0]), "not installed: " + words[0]);

        assertInSequence(run(List.of(
                words[0], EXAMPLES.resolve(words[1]).toString(), "127.0.0.1", bridgePort(folder), "demo")));
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** Starts the program with the README's configuration, but on free ports. */
    private String bridgePort(Path folder) throws IOException {
        Path config = folder.resolve("bridges.json");
        Files.writeString(
                config, Files.readString(EXAMPLES.resolve("bridges.json")).replaceAll("\"port\": \\d+", "\"port\": 0"));
        BufferedReader program = run(List.of(
                java(), QUIET, "-jar", System.getProperty("firstline.jar"), "run", config.toString()));
        for (String line = program.readLine(); line != null; line = program.readLine()) {
            if (line.startsWith("TCP bridge: ")) {
                return line.substring(line.lastIndexOf(':') + 1);
            }
        }
        throw new AssertionError("the program has ended");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static List<String> java(String home, String language) {
        return List.of(
                Path.of(home, "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                QUIET,
                "-cp",
                System.getProperty("java.class.path"),
                "Run",
                language);
    }

    private BufferedReader run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void assertInSequence(BufferedReader out) throws IOException {
        List<Long> sequence = new ArrayList<>();
        while (sequence.size() < MESSAGES) {
            String line = out.readLine();
            assertThat(line).as("after %s", sequence).isNotNull();
            String[] words = line.split(" ", 2);
            assertThat(words[1]).startsWith("{").endsWith("}");
            sequence.add(Long.parseLong(words[0]));
        }
        for (int i = 1; i < MESSAGES; i++) {
            assertThat(sequence.get(i)).as("after %s", sequence.get(i - 1)).isEqualTo(sequence.get(i - 1) + 1);
        }
    }

    private static Optional<String> jdkWithVirtualThreads() throws IOException {
        try (Stream<Path> homes = Files.list(Path.of("/usr/lib/jvm"))) {
            return homes.filter(home -> release(home) >= 21).map(Path::toString).findFirst();
        }
    }

    private static int release(Path home) {
        Path file = home.resolve("release");
        if (!Files.isReadable(file)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("JAVA_VERSION=\""))
                    .map(line -> line.replaceAll("\\D*(\\d+).*", "$1"))
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
