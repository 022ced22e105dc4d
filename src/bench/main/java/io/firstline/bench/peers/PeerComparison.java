package io.firstline.bench.peers;

import io.firstline.bench.peers.MergeVerdict.Passed;
import io.firstline.bench.peers.SyntheticLines.Fault;
import io.firstline.config.venue.Venue;
import io.firstline.merge.Merge;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.Recording;
import io.vertx.core.buffer.Buffer;
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
import java.util.Arrays;
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

    private PeerComparison(int rounds, int seconds, Consumer<String> progress) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.progress = progress;
    }

    /** Returns the faults, in words. */
    public static List<String> faults() {
        return Arrays.stream(Fault.values()).map(Fault::words).toList();
    }

    /**
     * Runs.
     *
     * @param rounds how often the cost is measured
     * @param seconds the length of the feed; 60 shows all faults
     * @param progress gets a line after each fault and round
     */
    public static List<Row> run(int rounds, int seconds, Consumer<String> progress) {
        try {
            Path directory = Files.createTempDirectory("firstline-peers");
            Path profile = directory.resolve("venues").resolve(VENUE + ".json");
            Files.createDirectories(profile.getParent());
            try (InputStream resource = PeerComparison.class.getResourceAsStream(PROFILE)) {
                Files.copy(resource, profile);
                return new PeerComparison(rounds, seconds, progress).run(directory);
            } finally {
                Files.delete(profile);
                Files.delete(profile.getParent());
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Row> run(Path directory) {
        Venue venue = Venue.find(VENUE, directory);
        Map<String, Supplier<Way>> ways = new LinkedHashMap<>();
        ways.put(FirstlineWay.BY_KEY, () -> new FirstlineWay(venue, SyntheticLines.LINES));
        ways.put(FirstlineWay.BY_BYTES, () -> new FirstlineWay(Venue.NONE, SyntheticLines.LINES));
        ways.put(HashesForAWhile.LABEL, HashesForAWhile::new);
        ways.put(LastHashes.LABEL, LastHashes::new);
        ways.put(HighestNumber.BY_SEQUENCE, HighestNumber::bySequence);
        ways.put(HighestNumber.BY_TIME, HighestNumber::byTime);

        Map<String, Map<String, MergeVerdict>> verdicts = new LinkedHashMap<>();
        for (Fault fault : Fault.values()) {
            List<LineCopy> copies = SyntheticLines.with(fault, seconds);
            ways.forEach((label, way) -> {
                List<Passed> passed =
                        switch (label) {
                            case FirstlineWay.BY_KEY -> pool(copies, VENUE, directory);
                            case FirstlineWay.BY_BYTES -> pool(copies, null, directory);
                            default -> atOnce(copies, way.get());
                        };
                verdicts.computeIfAbsent(label, any -> new LinkedHashMap<>())
                        .put(fault.words(), MergeVerdict.of(copies, passed, SyntheticLines::plain));
            });
            progress.accept("peers: " + fault.words());
        }
        Map<String, List<Double>> nanos = new LinkedHashMap<>();
        List<LineCopy> copies = SyntheticLines.with(Fault.NONE, seconds);
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
        return rows;
    }

    /** A pool as it ships, in the time of the lines. */
    private static List<Passed> pool(List<LineCopy> copies, String venue, Path directory) {
        List<Recording> recordings = new ArrayList<>();
        for (int line = 0; line < SyntheticLines.LINES; line++) {
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
