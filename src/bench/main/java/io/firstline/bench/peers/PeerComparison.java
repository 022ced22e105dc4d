package io.firstline.bench.peers;

import io.firstline.bench.peers.MergeVerdict.Passed;
import io.firstline.config.venue.Venue;
import io.firstline.merge.Merge;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.Recording;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs every way to merge on every fault, and measures what each costs. Blocks the calling thread, for about a minute. */
public final class PeerComparison {
    private static final String VENUE = "synthetic";
    private static final String PROFILE = "/peers/venues/" + VENUE + ".json";

    private final Consumer<String> progress;
    private final int rounds;
    private final int seconds;

    /**
     * The figures of one way.
     *
     * @param verdicts by the words of the fault
     * @param nanosPerCopy the median of all rounds, processor time of the thread; 0 = not measured
     * @param kilobytes what it holds at the end of a minute of the feed
     */
    public record Row(String way, Map<String, MergeVerdict> verdicts, double nanosPerCopy, long kilobytes) {
        /** The machine-readable form. */
        public JsonObject toJson() {
            JsonObject faults = new JsonObject();
            verdicts.forEach((fault, verdict) -> faults.put(
                    fault,
                    new JsonObject()
                            .put("messages", verdict.messages())
                            .put("lost", verdict.lost())
                            .put("twice", verdict.twice())
                            .put("outOfOrder", verdict.outOfOrder())
                            .put("late", verdict.late())));
            return new JsonObject()
                    .put("way", way)
                    .put("faults", faults)
                    .put("nanosPerCopy", nanosPerCopy)
                    .put("kilobytes", kilobytes)
                    .put("addedP50Micros", addedP50Micros())
                    .put("addedP99Micros", addedP99Micros());
        }

        /** The 99th percentile of the wait after the first arrival over all faults, microseconds. */
        public long addedP99Micros() {
            return verdicts.values().stream()
                    .mapToLong(verdict -> verdict.addedMicros(0.99))
                    .max()
                    .orElse(0);
        }

        public long addedP50Micros() {
            return verdicts.values().stream()
                    .mapToLong(verdict -> verdict.addedMicros(0.5))
                    .max()
                    .orElse(0);
        }
    }

    /**
     * All ways on one feed.
     *
     * @param feed what it is
     */
    public record Table(String feed, List<Row> rows) {
        /** The faults, in words. */
        public List<String> faults() {
            return List.copyOf(rows.get(0).verdicts().keySet());
        }

        /** The machine-readable form. */
        public JsonObject toJson() {
            return new JsonObject()
                    .put("feed", feed)
                    .put("ways", new JsonArray(rows.stream().map(Row::toJson).toList()));
        }
    }

    /** A recorded connection to compare on. */
    public static final class Recorded {
        private final String venue;
        private final RecordedMessages feed;

        private Recorded(String venue, RecordedMessages feed) {
            this.venue = venue;
            this.feed = feed;
        }

        /**
         * Reads it.
         *
         * @param venue the profile by which its messages are read
         * @throws io.firstline.config.problem.InvalidConfigException if there is no such venue
         * @throws io.firstline.recording.RecordingException if the file is not a recording
         */
        public static Recorded read(Path file, String venue) {
            return new Recorded(venue, new RecordedMessages(file, venue));
        }

        /** Whether the profile finds the stream of any message; a recording without any is probably another venue's. */
        public boolean isOfTheVenue() {
            return feed.hasStreams();
        }
    }

    private PeerComparison(int rounds, int seconds, Consumer<String> progress) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.progress = progress;
    }

    /**
     * Runs on a synthetic feed, with every fault.
     *
     * @param rounds how often the cost is measured
     * @param seconds the length of the feed; 60 shows all faults
     * @param progress gets a line after each fault and round
     */
    public static Table run(int rounds, int seconds, Consumer<String> progress) {
        try {
            Path directory = Files.createTempDirectory("firstline-peers");
            Path profile = directory.resolve("venues").resolve(VENUE + ".json");
            Files.createDirectories(profile.getParent());
            try (InputStream resource = PeerComparison.class.getResourceAsStream(PROFILE)) {
                Files.copy(resource, profile);
                return new PeerComparison(rounds, seconds, progress).onSynthetic(directory);
            } finally {
                Files.delete(profile);
                Files.delete(profile.getParent());
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs on a recorded connection, as if it were three, with the faults that lines have. Measures no cost. */
    public static Table run(Recorded recorded, Consumer<String> progress) {
        Venue venue = Venue.find(recorded.venue, null).recorded();
        Map<String, Supplier<Way>> ways = ways(venue);
        ways.put(HighestNumber.BY_SEQUENCE, () -> new HighestNumber(NumberReader.sequences(venue)));
        ways.put(HighestNumber.BY_TIME, () -> new HighestNumber(NumberReader.times(venue)));
        Map<String, Map<String, MergeVerdict>> verdicts = new LinkedHashMap<>();
        for (Fault fault : Fault.values()) {
            if (fault.isOfLines()) {
                judge(fault, recorded.feed.with(fault), ways, recorded.venue, null, verdicts);
                progress.accept("peers: " + recorded.venue + ", " + fault.words());
            }
        }
        List<Row> rows = new ArrayList<>();
        verdicts.forEach((label, byFault) -> rows.add(new Row(label, byFault, 0, 0)));
        return new Table(
                "%s, %,d messages of one recorded connection".formatted(recorded.venue, recorded.feed.size()), rows);
    }

    /** The ways that need no numbers. */
    private static Map<String, Supplier<Way>> ways(Venue venue) {
        Map<String, Supplier<Way>> ways = new LinkedHashMap<>();
        ways.put(FirstlineWay.BY_KEY, () -> new FirstlineWay(venue, FaultyLines.LINES));
        ways.put(FirstlineWay.BY_BYTES, () -> new FirstlineWay(Venue.NONE, FaultyLines.LINES));
        ways.put(HashesForAWhile.LABEL, HashesForAWhile::new);
        ways.put(LastHashes.LABEL, LastHashes::new);
        return ways;
    }

    private static void judge(
            Fault fault,
            List<LineCopy> copies,
            Map<String, Supplier<Way>> ways,
            String venue,
            Path directory,
            Map<String, Map<String, MergeVerdict>> verdicts) {
        ways.forEach((label, way) -> {
            List<Passed> passed =
                    switch (label) {
                        case FirstlineWay.BY_KEY -> pool(copies, venue, directory);
                        case FirstlineWay.BY_BYTES -> pool(copies, null, directory);
                        default -> atOnce(copies, way.get());
                    };
            verdicts.computeIfAbsent(label, any -> new LinkedHashMap<>())
                    .put(fault.words(), MergeVerdict.of(copies, passed, FaultyLines::plain));
        });
    }

    private Table onSynthetic(Path directory) {
        Map<String, Supplier<Way>> ways = ways(Venue.find(VENUE, directory));
        ways.put(HighestNumber.BY_SEQUENCE, HighestNumber::bySequence);
        ways.put(HighestNumber.BY_TIME, HighestNumber::byTime);
        Map<String, Map<String, MergeVerdict>> verdicts = new LinkedHashMap<>();
        for (Fault fault : Fault.values()) {
            judge(fault, SyntheticFeed.with(fault, seconds), ways, VENUE, directory, verdicts);
            progress.accept("peers: " + fault.words());
        }
        Map<String, List<Double>> nanos = new LinkedHashMap<>();
        List<LineCopy> copies = SyntheticFeed.with(Fault.NONE, seconds);
        byte[][] bytes = copies.stream()
                .map(copy -> copy.text().getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        for (int round = 0; round <= rounds; round++) {
            int number = round;
            ways.forEach((label, way) -> {
                double cost = nanosPerCopy(copies, bytes, way.get());
                if (number > 0) { // the first warms up
                    nanos.computeIfAbsent(label, any -> new ArrayList<>()).add(cost);
                }
            });
            progress.accept("peers: cost, round " + round + "/" + rounds);
        }
        List<Row> rows = new ArrayList<>();
        ways.forEach((label, way) -> rows.add(new Row(
                label,
                verdicts.get(label),
                median(nanos.getOrDefault(label, List.of())),
                kilobytes(copies, bytes, way))));
        return new Table("a synthetic feed, %,d messages".formatted(SyntheticFeed.PER_SECOND * seconds), rows);
    }

    /** A pool as it ships, in the time of the lines. */
    private static List<Passed> pool(List<LineCopy> copies, String venue, Path directory) {
        List<Recording> recordings = new ArrayList<>();
        for (int line = 0; line < FaultyLines.LINES; line++) {
            int number = line;
            List<RecordedEntry> entries = copies.stream()
                    .filter(copy -> copy.line() == number)
                    .map(copy -> new RecordedEntry(
                            RecordedEntry.Kind.TEXT,
                            0,
                            copy.atNanos() / 1_000,
                            copy.atNanos(),
                            Buffer.buffer(copy.text())))
                    .toList();
            recordings.add(new Recording(
                    List.of(Path.of("line" + line)),
                    null,
                    entries,
                    entries.get(0).steadyNanos()));
        }
        List<Passed> passed = new ArrayList<>();
        new Merge(recordings, venue, directory)
                .run((message, nowNanos) -> passed.add(new Passed(message.asText(), nowNanos, message.late())));
        return passed;
    }

    private static List<Passed> atOnce(List<LineCopy> copies, Way way) {
        List<Passed> passed = new ArrayList<>();
        for (LineCopy copy : copies) {
            if (way.passes(copy.line(), copy.text().getBytes(StandardCharsets.UTF_8), copy.atNanos())) {
                passed.add(new Passed(copy.text(), copy.atNanos(), false));
            }
        }
        return passed;
    }

    private static double nanosPerCopy(List<LineCopy> copies, byte[][] bytes, Way way) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        pass(copies, bytes, way);
        return (double) (threads.getCurrentThreadCpuTime() - before) / bytes.length;
    }

    private static void pass(List<LineCopy> copies, byte[][] bytes, Way way) {
        for (int i = 0; i < bytes.length; i++) {
            way.passes(copies.get(i).line(), bytes[i], copies.get(i).atNanos());
        }
    }

    private static long kilobytes(List<LineCopy> copies, byte[][] bytes, Supplier<Way> ways) {
        long before = usedBytes();
        Way way = ways.get();
        pass(copies, bytes, way);
        long after = usedBytes();
        way.passes(0, bytes[0], Long.MAX_VALUE / 2); // it is in use until here
        return Math.max(0, after - before) / 1_024;
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }
}
