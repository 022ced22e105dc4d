package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/**
 * Messages of real exchanges, which are not part of the project: {@code -Drecordings=DIR}, otherwise
 * {@code recordings} or {@code ../shared/recordings} beside it. Read here without Firstline's reader.
 */
final class Recordings {
    /** One message as it was received. */
    record Recorded(long micros, String text) {}

    private static final Map<Path, List<Recorded>> READ = new ConcurrentHashMap<>();

    private Recordings() {}

    /** The folder; without one, the test is skipped with a message. */
    static Path folder() {
        Path project = Path.of(System.getProperty("project.dir", "."));
        List<Path> places = Stream.of(
                        Optional.ofNullable(System.getProperty("recordings")).map(Path::of),
                        Optional.of(project.resolve("recordings")),
                        Optional.of(project.resolve("../shared/recordings")))
                .flatMap(Optional::stream)
                .toList();
        Optional<Path> found = places.stream().filter(Files::isDirectory).findFirst();
        if (found.isEmpty()) {
            System.out.println(
                    "[recordings] skipped: no recordings in " + places + "; -Drecordings=DIR says where they are");
        }
        Assumptions.assumeTrue(found.isPresent(), "no recordings in " + places);
        return found.orElseThrow();
    }

    static List<Path> hitbtc() {
        return connections("hitbtc-4conn-20210715", 4);
    }

    static List<Path> okex() {
        return connections("okex-3conn-20210722", 3);
    }

    static Path bitmex() {
        return folder().resolve("bitmex-20210722.jsonl.gz");
    }

    private static List<Path> connections(String name, int count) {
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            files.add(folder().resolve(name).resolve("conn" + i + ".jsonl.gz"));
        }
        return files;
    }

    static List<Recorded> read(Path file) {
        return READ.computeIfAbsent(file, Recordings::readNow);
    }

    /** The number of messages that this many connections deliver when they take these files in turn. */
    static int copies(List<Path> files, int connections) {
        return IntStream.range(0, connections)
                .map(i -> read(files.get(i % files.size())).size())
                .sum();
    }

    private static List<Recorded> readNow(Path file) {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(JsonObject::new)
                    .map(json -> new Recorded(json.getLong("t_us"), json.getString("msg")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> texts(Path file) {
        return read(file).stream().map(Recorded::text).toList();
    }

    /** The stream of a message: its channel, snapshots and updates together, and its symbol. */
    static String stream(String text) {
        JsonObject json = new JsonObject(text);
        if (json.getValue("arg") instanceof JsonObject subject) { // OKEx
            return subject.getString("channel") + " " + subject.getString("instId");
        }
        if (json.getValue("params") instanceof JsonObject params) { // HitBTC
            return json.getString("method").replaceFirst("snapshot|update", "").toLowerCase(Locale.ROOT) + " "
                    + params.getString("symbol");
        }
        return "control " + json.getString("id", "");
    }

    static void assertSame(Union.Verdict verdict, int messages) {
        assertThat(verdict.lost()).as("lost").isEmpty();
        assertThat(verdict.invented()).as("duplicated").isEmpty();
        assertThat(verdict.outOfOrder()).as("out of order").isEmpty();
        assertThat(verdict.messages()).as("messages").isEqualTo(messages);
    }
}
