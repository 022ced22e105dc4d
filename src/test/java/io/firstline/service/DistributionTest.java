package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.integration.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The archive that {@code mvn package} makes, unpacked into a folder that nobody can write to. Skipped where there is
 * none, or an older one than the launcher.
 */
class DistributionTest {
    private static final Path PROJECT =
            Path.of(System.getProperty("project.dir", ".")).toAbsolutePath();
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)");
    private static final Pattern ADDRESS = Pattern.compile(".* to (ws://\\S+); .*");
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    private static Path archive;
    private static Path root;
    private static Path home;
    private static Path link;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
        try (DirectoryStream<Path> archives =
                Files.newDirectoryStream(Files.createDirectories(PROJECT.resolve("target")), "firstline-*.tar.gz")) {
            archives.forEach(each -> archive = each);
        }
        assumeTrue(archive != null, "no archive: mvn package makes it");
        assumeTrue(
                modified(archive).compareTo(modified(PROJECT.resolve("launcher/firstline"))) >= 0,
                "the archive is older than the launcher");
        root = Files.createTempDirectory("distribution"); // not @TempDir, because other users cannot enter it
        home = root.resolve("home with a blank");
        link = root.resolve("firstline");
        succeed("chmod", "755", root.toString());
        succeed(
                "/bin/bash",
                "-c",
                "umask 077 && mkdir -m 755 \"$1\" && tar -xzf \"$2\" -C \"$1\" --strip-components=1 && chmod -R a-w \"$1\"",
                "unpack",
                home.toString(),
                archive.toString());
        Files.createSymbolicLink(link, home.resolve("bin/firstline"));
    }

    private static FileTime modified(Path file) throws IOException {
        return Files.getLastModifiedTime(file);
    }

    @AfterAll
    static void remove() throws InterruptedException {
        if (root != null) {
            succeed("/bin/bash", "-c", "chmod -R u+w \"$1\" && rm -r \"$1\"", "remove", root.toString());
        }
    }

    private static List<String> succeed(String... command) throws InterruptedException {
        try (Program program = Program.start(List.of(command))) {
            int code = program.exitCode();
            assertThat(code).as("%s", program.err()).isZero();
            return List.copyOf(program.out());
        }
    }

    /** The launcher behind a symbolic link, in another folder, without a home and a path. */
    private static Program start(String... arguments) {
        List<String> command = new ArrayList<>();
        if (ROOT && Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
            command.addAll(List.of("/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"));
        }
        command.addAll(List.of("/usr/bin/env", "-i", "-C", "/", "JAVA_HOME=" + System.getProperty("java.home")));
        command.add("FIRSTLINE_JAVA_OPTS=-XX:TieredStopAtLevel=1"); // for the tests' time
        command.add(link.toString());
        command.addAll(List.of(arguments));
        return Program.start(command);
    }

    @Test
    void shouldShowTheVersion() throws InterruptedException {
        try (Program program = start("--version")) {
            assertThat(program.exitCode()).as("%s", program.err()).isZero();
            String version = archive.getFileName().toString().replaceAll("firstline-(.*)\\.tar\\.gz", "$1");
            assertThat(program.out()).containsExactly("firstline " + version);
            assertThat(program.err()).isEmpty();
        }
    }

    @Test
    void shouldRunTheDemo() throws InterruptedException {
        try (Program program = start("demo", "--for", "1s", "--http-port", "0")) {
            assertThat(program.exitCode()).as("%s", program.err()).isZero();
            assertThat(program.out()).anyMatch(line -> line.contains(" 0 lost, 0 out of order or twice"));
        }
    }

    @Test
    void shouldRunAConfigurationAndTailIt() throws IOException, InterruptedException {
        Path config = root.resolve("exchange.json");
        Files.writeString(
                config,
                """
                {"simulator": {}, "feeds": {"f": {"url": "sim:/stream?streams=btcusdt@trade", "connections": 1}}}""");
        try (Program run = start("run", config.toString())) {
            run.until("it runs", () -> address(run).findAny().isPresent());
            try (Program tail = start("tail", address(run).findAny().orElseThrow(), "--count", "3")) {
                assertThat(tail.exitCode()).as("%s", tail.err()).isZero();
                assertThat(tail.out()).hasSize(3).allMatch(line -> line.contains("btcusdt@trade"));
            }
            run.terminate();
            assertThat(run.exitCode()).as("%s", run.err()).isZero();
        }
    }

    private static Stream<String> address(Program run) {
        return Stream.concat(run.out().stream(), run.err().stream())
                .map(ADDRESS::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1));
    }

    @Test
    void shouldHaveEntriesThatEveryoneCanReadAndOnlyRootCanWrite() throws InterruptedException {
        List<String> entries = succeed("tar", "-tvf", archive.toString());

        assertThat(entries).hasSizeGreaterThan(30).allSatisfy(entry -> {
            boolean runs = entry.startsWith("d") || entry.matches(".*/bin/(firstline|health)");
            assertThat(entry.substring(1)).startsWith((runs ? "rwxr-xr-x" : "rw-r--r--") + " root/root ");
        });
        assertThat(entries.stream().filter(entry -> entry.startsWith("d")).map(entry -> entry.replaceAll("[^/]*/", "")))
                .as("each folder has a mode of its own")
                .hasSize(7);
    }

    @Test
    void shouldHaveDocumentsWhoseLinksHold() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(document -> {
                Matcher links = LINK.matcher(text(document));
                while (links.find()) {
                    assertThat(document.resolveSibling(links.group(1)))
                            .as("in %s", document.getFileName())
                            .exists();
                }
            });
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldBeQuietOnTheClassPathOfAnotherProgram() throws IOException, InterruptedException {
        Path program = root.resolve("Quiet.java");
        Files.writeString(
                program,
                """
                class Quiet {
                    public static void main(String[] words) {
                        io.vertx.core.Vertx.vertx().close().await();
                    }
                }
                """);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try (Program run = Program.start(List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                home.resolve("lib/firstline.jar").toString(),
                program.toString()))) {
            assertThat(run.exitCode()).as("%s", run.err()).isZero();
            assertThat(run.out()).isEmpty();
            // newer JVMs warn about the jar, and add an empty line
            assertThat(run.err()).allMatch(line -> line.isEmpty() || line.startsWith("WARNING: "));
        }
    }
}
