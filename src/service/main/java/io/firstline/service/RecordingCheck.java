package io.firstline.service;

import io.firstline.config.problem.Problem;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.Venue;
import io.firstline.merge.ClassTrial;
import io.firstline.merge.ProfileTrial;
import io.firstline.recording.Entries;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.Recording;
import io.firstline.recording.RecordingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads a recording through a profile: what its classes find, and what they never find. */
final class RecordingCheck {
    private final String venue;
    private final ProfileTrial trial;
    private final boolean namesStreams;

    private RecordingCheck(Venue venue) {
        this.venue = venue.name();
        this.trial = new ProfileTrial(venue.format());
        this.namesStreams = !venue.format().naming().isNone();
    }

    static RecordingCheck of(Venue venue, List<Recording> recordings) {
        RecordingCheck check = new RecordingCheck(venue);
        for (int i = 0; i < recordings.size(); i++) {
            check.read("" + i, recordings.get(i));
        }
        return check;
    }

    /** Reads a folder that {@code record} wrote, or files, one a connection. */
    static List<Recording> recordings(List<Path> sources) {
        try {
            return sources.size() == 1 && Files.isDirectory(sources.get(0))
                    ? Recording.readFolder(sources.get(0))
                    : Recording.readAll(sources);
        } catch (RecordingException e) {
            throw new BadInputException(e.getMessage());
        }
    }

    private void read(String connection, Recording recording) {
        try (Entries entries = recording.entries()) {
            for (RecordedEntry entry = entries.next(); entry != null; entry = entries.next()) {
                if (entry.isMessage()) {
                    trial.add(connection, entry);
                }
            }
        }
    }

    /** Returns the findings, one line for each class. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %,d messages of streams, %,d control, %,d without a stream, %,d unreadable",
                venue,
                trial.data() - trial.unnamed(),
                trial.control(),
                trial.unnamed(),
                trial.unreadable()));
        trial.classes().stream()
                .filter(type -> type.messages() > 0 || !isOfNoClass(type))
                .forEach(type -> lines.add("  " + line(type)));
        return lines;
    }

    private static boolean isOfNoClass(ClassTrial type) {
        return type.type().equals(StreamClass.UNKNOWN);
    }

    private static String line(ClassTrial type) {
        String name = isOfNoClass(type) ? "of no class" : type.type().name();
        if (type.messages() == 0) {
            return name + ": no message, so nothing is known";
        }
        String key = type.wantsKey() ? String.format(Locale.ROOT, "key in %,d", type.keys()) : "no key";
        String sequence = type.wantsNumbers()
                ? String.format(
                        Locale.ROOT,
                        "number in %,d, %,d steps as the sequence says, %,d not",
                        type.numbers(),
                        type.chained(),
                        type.broken())
                : "no sequence";
        return String.format(
                Locale.ROOT,
                "%s: %,d messages of %,d streams; %s; %s",
                name,
                type.messages(),
                type.streams().size(),
                key,
                sequence);
    }

    /** The values of the profile that no message has. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        if (namesStreams && trial.data() > 0 && trial.unnamed() == trial.data()) {
            problems.add(never("/messages/stream", trial.data(), "names that messages have"));
        }
        for (ClassTrial type : trial.classes()) {
            String place = "/messages/classes/" + type.type().name();
            if (type.messages() > 0 && type.wantsKey() && type.keys() == 0) {
                problems.add(never(place + "/key", type.messages(), "pointers to values that messages have"));
            }
            if (type.messages() > 0 && type.wantsNumbers() && type.numbers() == 0) {
                problems.add(never(place + "/sequence/last", type.messages(), "pointers to whole numbers"));
            }
        }
        return problems;
    }

    private static Problem never(String pointer, long messages, String allowed) {
        return new Problem(pointer, String.format(Locale.ROOT, "no value in %,d messages", messages), allowed);
    }

    /** Returns what is true of some messages only. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (ClassTrial type : trial.classes()) {
            String name = "venue " + venue + ", class " + type.type().name() + ": ";
            if (type.wantsKey() && type.keys() > 0 && type.keys() < type.messages()) {
                warnings.add(name
                        + String.format(
                                Locale.ROOT, "the key is in %,d of %,d messages", type.keys(), type.messages()));
            }
            if (type.numbers() > 0 && type.numbers() < type.messages()) {
                warnings.add(name
                        + String.format(
                                Locale.ROOT, "the number is in %,d of %,d messages", type.numbers(), type.messages()));
            }
            if (type.broken() > 0) {
                warnings.add(name
                        + String.format(
                                Locale.ROOT,
                                "%,d of %,d steps are not as the sequence says",
                                type.broken(),
                                type.broken() + type.chained()));
            }
        }
        return warnings;
    }
}
