package io.firstline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The processes of a run: one server, and one client for each variant, encryption and form of messages, so that each has a separate
 * compiler profile. A client process keeps its profile over the rounds.
 */
final class BenchProcesses implements AutoCloseable {
    private record Kind(Variant variant, Encryption encryption, boolean manyFeeds, MessageForm form) {}

    private final Path directory;
    private final Participant server;
    private final Map<Kind, Participant> clients = new LinkedHashMap<>();

    private BenchProcesses(Path directory, Participant server) {
        this.directory = directory;
        this.server = server;
    }

    static BenchProcesses start() {
        try {
            Path directory = Files.createTempDirectory("firstline-bench");
            return new BenchProcesses(directory, ChildProcess.start(List.of(), "server", directory.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Participant server() {
        return server;
    }

    /** Starts the client on first use. Memory is measured in a new process. */
    Participant client(Cell cell) {
        return clients.computeIfAbsent(
                new Kind(
                        cell.variant(),
                        cell.encryption(),
                        cell.feeds() > 1,
                        cell.load().form()),
                kind -> ChildProcess.start(kind.encryption.jvmOptions(), "client"));
    }

    @Override
    public void close() {
        clients.values().forEach(Participant::close);
        server.close();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
