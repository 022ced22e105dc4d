package io.firstline.service;

import io.firstline.recording.Recording;
import io.firstline.recording.RecordingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The recorded connections of one feed that a command line names. */
final class RecordedFeed {
    private RecordedFeed() {}

    /** Whether this is a folder or a file of a recording, by its name. */
    static boolean isNamedLikeOne(String source) {
        return source.matches(".*\\.jsonl(\\.gz)?") || (!source.contains("://") && Files.isDirectory(Path.of(source)));
    }

    /**
     * Reads recordings and blocks the calling thread.
     *
     * @param sources folders and files
     * @param feedName the feed to take; null = the only one
     */
    static List<Recording> of(List<Path> sources, String feedName) {
        List<Recording> all = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        try {
            for (Path source : sources) {
                if (Files.isDirectory(source)) {
                    all.addAll(Recording.readFolder(source));
                } else {
                    files.add(source);
                }
            }
            all.addAll(Recording.readAll(files));
        } catch (RecordingException e) {
            throw new BadInputException(e.getMessage());
        }
        TreeSet<String> feeds = new TreeSet<>();
        all.forEach(recording -> feeds.add(recording.feed()));
        if (feedName == null && feeds.size() > 1) {
            throw new BadInputException("--feed: found nothing, allowed: one of the recorded feeds " + feeds);
        }
        List<Recording> chosen = all.stream()
                .filter(recording -> feedName == null || recording.feed().equals(feedName))
                .toList();
        if (chosen.isEmpty()) {
            throw new BadInputException("--feed: found " + feedName + ", allowed: one of the recorded feeds " + feeds);
        }
        return chosen;
    }
}
