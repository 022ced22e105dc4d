package io.firstline.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.arbitration.report.SubsetFigures;
import io.firstline.integration.Quiet;
import io.firstline.recording.Entries;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.Recording;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What fewer of the recorded connections would have delivered, against counting it from the files. */
class MergeComparisonTest {
    private static final long NEVER = Long.MAX_VALUE;

    @TempDir
    Path folder;

    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    private static Merge.Comparison compare(List<Recording> recordings) {
        return new Merge(recordings, null, null).compare();
    }

    /**
     * The arrival of each message on each connection, for messages after all connections have begun and half a second
     * before the first of them ends. The k-th copy of the same bytes is the same message on each.
     */
    private static List<long[]> counted(List<Recording> recordings) {
        Map<String, long[]> arrivals = new HashMap<>();
        long begun = Long.MIN_VALUE;
        long ended = Long.MAX_VALUE;
        for (int i = 0; i < recordings.size(); i++) {
            Map<String, Integer> times = new HashMap<>();
            long last = 0;
            try (Entries entries = recordings.get(i).entries()) {
                for (RecordedEntry entry = entries.next(); entry != null; entry = entries.next()) {
                    String bytes = entry.payload().toString();
                    String message = times.merge(bytes, 1, Integer::sum) + " " + bytes;
                    long[] ofMessage = arrivals.computeIfAbsent(message, any -> never(recordings.size()));
                    ofMessage[i] = entry.steadyNanos();
                    begun = last == 0 ? Math.max(begun, entry.steadyNanos()) : begun;
                    last = entry.steadyNanos();
                }
            }
            ended = Math.min(ended, last);
        }
        long from = begun;
        long before = ended - 500_000_000;
        return arrivals.values().stream()
                .filter(each -> first(each) >= from && first(each) < before)
                .toList();
    }

    private static long[] never(int connections) {
        long[] never = new long[connections];
        Arrays.fill(never, NEVER);
        return never;
    }

    private static long first(long[] arrivals) {
        return Arrays.stream(arrivals).min().orElseThrow();
    }

    private static SubsetFigures figures(List<Integer> connections, List<long[]> messages) {
        long[] lags = messages.stream()
                .mapToLong(each -> connections.stream()
                        .mapToLong(number -> each[number - 1])
                        .map(at -> at == NEVER || at - first(each) > 2_000_000_000L ? NEVER : at - first(each))
                        .min()
                        .orElseThrow())
                .filter(lag -> lag != NEVER)
                .map(nanos -> nanos / 1_000)
                .sorted()
                .toArray();
        return new SubsetFigures(
                connections,
                messages.size(),
                messages.size() - lags.length,
                lags[(lags.length + 1) / 2 - 1],
                lags[(99 * lags.length + 99) / 100 - 1]);
    }

    /** The best subset of each size, by trying all. */
    private static List<SubsetFigures> tried(int connections, List<long[]> messages) {
        SubsetFigures[] best = new SubsetFigures[connections + 1];
        for (int members = 1; members < 1 << connections; members++) {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                if ((members & 1 << i) != 0) {
                    numbers.add(i + 1);
                }
            }
            SubsetFigures figures = figures(numbers, messages);
            if (best[numbers.size()] == null || BETTER_FIRST.compare(figures, best[numbers.size()]) < 0) {
                best[numbers.size()] = figures;
            }
        }
        return Arrays.asList(best).subList(1, best.length);
    }

    private static final Comparator<SubsetFigures> BETTER_FIRST = Comparator.comparingLong(SubsetFigures::lost)
            .thenComparingLong(SubsetFigures::lagP99Micros)
            .thenComparingLong(SubsetFigures::lagP50Micros);

    private static void assertSame(List<SubsetFigures> found, List<Recording> recordings) {
        List<long[]> messages = counted(recordings);
        List<SubsetFigures> tried = tried(recordings.size(), messages);
        assertThat(found)
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("connections")
                .isEqualTo(tried);
        found.forEach(each -> assertThat(each).isEqualTo(figures(each.connections(), messages)));
    }

    @ParameterizedTest
    @CsvSource({"3, 1", "5, 2", "8, 3"})
    void shouldFindWhatTheFilesSay(int connections, long seed) throws IOException {
        Random random = new Random(seed);
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Path file = folder.resolve("conn" + i + ".jsonl");
            files.add(file);
            try (BufferedWriter out = Files.newBufferedWriter(file)) {
                long lastUs = 0;
                for (int message = 0; message < 2_000; message++) {
                    if (message > 0 && random.nextInt(50) == 0) {
                        continue; // this connection lacks it
                    }
                    long delayUs = (long) (2_000 * i * random.nextDouble()) + (random.nextInt(100) == 0 ? 30_000 : 0);
                    lastUs = Math.max(lastUs, 1_700_000_000_000_000L + message * 3_000L + delayUs);
                    out.write("{\"t_us\":" + lastUs + ",\"msg\":\"{\\\"n\\\":" + message + "}\"}\n");
                }
            }
        }
        List<Recording> recordings = Recording.readAll(files);

        Merge.Comparison comparison = compare(recordings);

        assertThat(comparison.connections()).isEqualTo(connections);
        assertSame(comparison.subsets(), recordings);
        assertThat(comparison.copies()).isBetween(1_900L * connections, 2_000L * connections);
        assertThat(comparison.bytes()).isGreaterThan(7 * comparison.copies());
    }

    @ParameterizedTest
    @CsvSource({"okex-3conn-20210722", "hitbtc-4conn-20210715"})
    void shouldFindWhatRealRecordingsSay(String name) {
        Path recorded = Path.of(System.getProperty("project.dir", "."), "../shared/recordings", name);
        assumeTrue(Files.isDirectory(recorded), "../shared/recordings/" + name + " is not here");
        List<Recording> recordings = Recording.readFolder(recorded);

        assertSame(compare(recordings).subsets(), recordings);
    }

    @Test
    void shouldCountAReplacementAsTheConnectionThatItReplaced() throws IOException {
        recorded("f-1", 0, 2_000, false);
        recorded("f-2", 0, 1_000, true);
        recorded("f-3", 1_000, 2_000, false);

        Merge.Comparison comparison = compare(Recording.readFolder(folder));

        assertThat(comparison.connections()).isEqualTo(2);
        assertThat(comparison.subsets()).extracting(SubsetFigures::lost).containsExactly(0L, 0L);
        assertThat(comparison.subsets())
                .extracting(SubsetFigures::connections)
                .containsExactly(List.of(1), List.of(1, 2));
    }

    /** A message each ten milliseconds. */
    private void recorded(String connection, int from, int until, boolean closed) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(folder.resolve(connection + ".jsonl"))) {
            out.write("{\"recording\":1,\"feed\":\"f\",\"connection\":\"" + connection
                    + "\",\"part\":0,\"connections\":2,\"streams\":[],\"url\":\"wss://x/\",\"started_us\":0}\n");
            for (int message = from; message < until; message++) {
                out.write(at(message) + ",\"msg\":\"{\\\"n\\\":" + message + "}\"}\n");
            }
            if (closed) {
                out.write(at(until - 1) + ",\"mark\":\"closed\",\"why\":\"reset\"}\n");
            }
        }
    }

    private static String at(int message) {
        return "{\"t_us\":" + message * 10_000L + ",\"t_ns\":" + message * 10_000_000L + ",\"n\":" + (message + 1);
    }
}
