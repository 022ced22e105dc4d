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
 * What one connection received from an exchange, in one file or, if a {@link Recorder} wrote it, in several; see the package for the
 * format. Immutable, for any thread.
 *
 * <p>What was written by somebody else is held in memory as a whole, so it is bounded: {@value #MAX_BYTES} bytes when unpacked. What a
 * {@link Recorder} wrote is read while it is used and may be of any length.
 *
 * @param files where it is read from, in order
 * @param header what the first file says of itself; null if it was written by somebody else
 * @param messages its messages, if it was written by somebody else: at least one; else empty
 * @param startNanos when its earliest entry was received, as {@link RecordedEntry#steadyNanos}
 */
public record Recording(List<Path> files, RecordingHeader header, List<RecordedEntry> messages, long startNanos) {
    /** The longest file of somebody else that is read, in bytes when unpacked. */
    public static final long MAX_BYTES = 64L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Recording.class);

    /** Keeps its own lists. */
    public Recording {
        files = List.copyOf(files);
        messages = List.copyOf(messages);
    }

    /** Reads a file, on the calling thread and blocking it. Throws {@link RecordingException} when there is anything wrong with it. */
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
     * Reads files, each of somebody else's a connection of its own; those of a {@link Recorder} are put together to connections, in the
     * order in which these opened. Blocks as {@link #read}.
     */
    public static List<Recording> readAll(List<Path> files) {
        return joined(files.stream().map(Recording::read).toList());
    }

    /** The same of every recording in a folder; what holds nothing yet because its recorder was killed is passed over, and told. */
    public static List<Recording> readFolder(Path folder) {
        List<Recording> read = new ArrayList<>();
        for (Path file : filesIn(folder)) {
            try {
                if (Files.size(file) == 0) {
                    LOG.warn("recording {} is empty: it is passed over", file);
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

    /** The recordings in a folder, by name; none if there is no such folder. */
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
        // somebody else's keep the order in which they were given: the first goes to the first connection
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

    /** Where it begins. */
    public Path file() {
        return files.get(0);
    }

    /** The feed that it is of; of somebody else's {@code replay}. */
    public String feed() {
        return header == null ? "replay" : header.feed();
    }

    /** Everything in it from the beginning, read on the thread that asks and blocking it. */
    public Entries entries() {
        return new Entries(this);
    }

    /** Everything in it from the beginning, for an event loop: read ahead on a thread of its own. */
    public Playback play() {
        return header == null ? new Playback(messages) : new Playback(entries());
    }
}
