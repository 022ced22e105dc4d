package io.firstline.recording;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The received messages of one connection, in one file or, if a {@link Recorder} wrote them, in several; see the
 * package for the format. Immutable, for any thread.
 *
 * <p>A recording of another program is held in memory, so its size is bounded: {@value #MAX_BYTES} bytes uncompressed.
 * A recording of a {@link Recorder} is read during use and may have any length.
 *
 * @param files its files, in order
 * @param header the header of the first file; null if another program wrote it
 * @param messages its messages, at least one, if another program wrote it; otherwise empty
 * @param startNanos arrival time of its earliest entry, as {@link RecordedEntry#steadyNanos}
 */
public record Recording(List<Path> files, RecordingHeader header, List<RecordedEntry> messages, long startNanos) {
    /** The size limit of another program's file, in bytes uncompressed. */
    public static final long MAX_BYTES = 64L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Recording.class);

    /** Copies the lists. */
    public Recording {
        files = List.copyOf(files);
        messages = List.copyOf(messages);
    }

    /** Reads a file and blocks the calling thread. Throws a {@link RecordingException} if it is invalid. */
    public static Recording read(Path file) {
        try (RecordingReader reader = new RecordingReader(file)) {
            RecordedEntry first = reader.next();
            if (reader.header() != null) {
                long start = first == null ? reader.header().startedUs() * 1_000 : first.steadyNanos();
                return new Recording(List.of(file), reader.header(), List.of(), start);
            }
            List<RecordedEntry> messages = new ArrayList<>();
            for (RecordedEntry entry = first; entry != null; entry = reader.next()) {
                if (entry.isMessage()) {
                    messages.add(entry);
                }
            }
            if (messages.isEmpty()) {
                throw new RecordingException(file, 0, "no message in it", null);
            }
            long start = messages.stream()
                    .mapToLong(RecordedEntry::steadyNanos)
                    .min()
                    .orElseThrow();
            return new Recording(List.of(file), null, messages, start);
        }
    }

    /**
     * Reads files. A file of another program is one connection; files of a {@link Recorder} are joined into
     * connections, in the order of their opening. Blocks like {@link #read}.
     */
    public static List<Recording> readAll(List<Path> files) {
        return joined(files.stream().map(Recording::read).toList());
    }

    /**
     * Reads all recordings in a folder. A file that is empty because its recorder was killed is skipped, with a
     * warning.
     */
    public static List<Recording> readFolder(Path folder) {
        List<Recording> read = new ArrayList<>();
        for (Path file : filesIn(folder)) {
            try {
                if (Files.size(file) == 0) {
                    LOG.warn("recording {} is empty and was skipped", file);
                } else {
                    read.add(read(file));
                }
            } catch (IOException e) {
                throw new RecordingException(file, 0, "unreadable (" + e + ")", e);
            }
        }
        if (read.isEmpty()) {
            throw new RecordingException(folder, 0, "no .jsonl or .jsonl.gz file with a message in it", null);
        }
        return joined(read);
    }

    /** The recordings in a folder, sorted by name; empty if there is no such folder. */
    public static List<Path> filesIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.jsonl(\\.gz)?"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new RecordingException(folder, 0, "unreadable (" + e + ")", e);
        }
    }

    private static List<Recording> joined(List<Recording> parts) {
        List<Recording> connections = new ArrayList<>();
        parts.stream()
                .filter(part -> part.header != null)
                .sorted(Comparator.comparingInt(part -> part.header.part()))
                .forEach(part -> join(connections, part));
        connections.sort(Comparator.comparingLong(Recording::startNanos));
        // files of other programs keep the given order: the first belongs to the first connection
        parts.stream().filter(part -> part.header == null).forEach(connections::add);
        return connections;
    }

    private static void join(List<Recording> connections, Recording part) {
        for (int i = 0; i < connections.size(); i++) {
            Recording known = connections.get(i);
            if (known.header.isSameConnection(part.header)) {
                List<Path> files = new ArrayList<>(known.files);
                files.addAll(part.files);
                connections.set(i, new Recording(files, known.header, List.of(), known.startNanos));
                return;
            }
        }
        connections.add(part);
    }

    /** The first file. */
    public Path file() {
        return files.get(0);
    }

    /** The feed's name; {@code replay} for a recording of another program. */
    public String feed() {
        return header == null ? "replay" : header.feed();
    }

    /** All entries from the beginning. Reading blocks the calling thread. */
    public Entries entries() {
        return new Entries(this);
    }

    /** All entries from the beginning, for an event loop: a separate thread reads ahead. */
    public Playback play() {
        return header == null ? new Playback(messages) : new Playback(entries());
    }
}
