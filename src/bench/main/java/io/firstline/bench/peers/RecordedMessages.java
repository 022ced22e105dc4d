package io.firstline.bench.peers;

import io.firstline.merge.Merge;
import io.firstline.recording.Recording;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The messages of one recorded connection of a venue. Acks and heartbeats, which the profile marks, are left out: a server
 * sends them to one connection only.
 */
final class RecordedMessages {
    private record Sent(long atNanos, String text) {}

    private final List<Sent> messages = new ArrayList<>();
    private boolean hasStreams;

    /**
     * Reads a recording.
     *
     * @param venue whose profile distinguishes messages from acks
     * @throws io.firstline.config.problem.InvalidConfigException if there is no such venue
     * @throws io.firstline.recording.RecordingException if the file is not a recording
     */
    RecordedMessages(Path file, String venue) {
        new Merge(List.of(Recording.read(file)), venue, null).run((message, nowNanos) -> {
            messages.add(new Sent(nowNanos, message.asText()));
            hasStreams |= message.stream() != null;
        });
    }

    /** Whether the profile names a stream for any message; it is hardly that of the venue otherwise. */
    boolean hasStreams() {
        return hasStreams;
    }

    int size() {
        return messages.size();
    }

    /** Returns its copies on the lines, in the time of the recording. */
    List<LineCopy> with(Fault fault) {
        FaultyLines lines = new FaultyLines(fault);
        for (int i = 0; i < messages.size(); i++) {
            Sent sent = messages.get(i);
            lines.send(i, sent.atNanos() - messages.get(0).atNanos(), sent.text());
        }
        return lines.copies();
    }
}
