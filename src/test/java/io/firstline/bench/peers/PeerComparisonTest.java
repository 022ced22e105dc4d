package io.firstline.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bench.peers.MergeVerdict.Passed;
import io.firstline.integration.Quiet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerComparisonTest {
    private static final int SECONDS = 4;

    private static boolean[] passed(Way way, long stepNanos, String... copies) {
        boolean[] passed = new boolean[copies.length];
        for (int i = 0; i < copies.length; i++) {
            passed[i] = way.passes(0, copies[i].getBytes(StandardCharsets.UTF_8), i * stepNanos);
        }
        return passed;
    }

    private static String message(String stream, int sequence) {
        return "{\"stream\":\"%s\",\"seq\":%d,\"time\":%d}".formatted(stream, sequence, 1_000 + sequence);
    }

    @Test
    void shouldKnowAHashForTenSeconds() {
        assertThat(passed(new HashesForAWhile(), TimeUnit.SECONDS.toNanos(4), "a", "a", "b", "a", "a"))
                .containsExactly(true, false, true, true, false);
    }

    @Test
    void shouldKnowTheLastHashes() {
        LastHashes way = new LastHashes();
        assertThat(passed(way, 1, "a", "b", "a")).containsExactly(true, true, false);
        for (int i = 0; i < 16_384; i++) {
            way.passes(0, ("other " + i).getBytes(StandardCharsets.UTF_8), 0);
        }
        assertThat(passed(way, 1, "a")).containsExactly(true);
    }

    @Test
    void shouldPassOnlyTheHighestNumberOfAStream() {
        String[] copies = {message("a", 1), message("b", 1), message("a", 3), message("a", 2), "{\"x\":{\"seq\":9}}"};
        assertThat(passed(HighestNumber.bySequence(), 1, copies)).containsExactly(true, true, true, false, true);
        assertThat(passed(HighestNumber.byTime(), 1, copies)).containsExactly(true, true, true, false, true);
    }

    @Test
    void shouldJudgeWhatIsLostTwiceAndOutOfOrder() {
        List<LineCopy> copies = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            copies.add(new LineCopy(i * 1_000L, 0, message("a", i), i));
            copies.add(new LineCopy(i * 1_000L + 500, 1, message("a", i), i));
        }
        List<Passed> passed = List.of(
                new Passed(message("a", 1), 1_000, false),
                new Passed(message("a", 3), 3_000, false),
                new Passed(message("a", 2), 7_000, false),
                new Passed(message("a", 3), 8_000, false),
                new Passed(message("a", 4), 4_000, false),
                new Passed(message("a", 4), 4_000, false));

        MergeVerdict verdict = MergeVerdict.of(copies, passed, UnaryOperator.identity());

        assertThat(verdict).isEqualTo(new MergeVerdict(5, 1, 2, 1, 0, List.of(0L, 0L, 0L, 5L)));
        assertThat(verdict.counts()).isEqualTo("1 / 2 / 1");
        assertThat(verdict.addedMicros(0.99)).isEqualTo(5);
    }

    @Test
    void shouldFindFirstlineExactWhereOthersAreNot() {
        Quiet.logs();
        List<String> progress = new ArrayList<>();

        Map<String, PeerComparison.Row> rows = PeerComparison.run(1, SECONDS, progress::add).rows().stream()
                .collect(Collectors.toMap(PeerComparison.Row::way, Function.identity()));

        assertThat(progress).hasSize(Fault.values().length + 2);
        Map<String, MergeVerdict> ours = rows.get(FirstlineWay.BY_KEY).verdicts();
        assertThat(ours).hasSize(Fault.values().length).allSatisfy((fault, verdict) -> assertThat(
                        List.of(verdict.lost(), verdict.twice(), verdict.outOfOrder()))
                .as(fault)
                .containsOnly(0));
        assertThat(lost(rows, HashesForAWhile.LABEL, Fault.REPEATS)).isPositive();
        assertThat(lost(rows, LastHashes.LABEL, Fault.REPEATS)).isPositive();
        assertThat(lost(rows, HighestNumber.BY_SEQUENCE, Fault.RESTARTED)).isPositive();
        assertThat(lost(rows, HighestNumber.BY_TIME, Fault.TIED)).isPositive();
        assertThat(rows.values())
                .allSatisfy(row -> assertThat(row.nanosPerCopy()).isPositive());
        assertThat(rows.get(HashesForAWhile.LABEL)
                        .toJson()
                        .getJsonObject("faults")
                        .fieldNames())
                .containsExactly(Arrays.stream(Fault.values()).map(Fault::words).toArray(String[]::new));
    }

    @Test
    void shouldCompareOnARecordedConnection(@TempDir Path folder) throws IOException {
        Quiet.logs();
        StringBuilder lines =
                new StringBuilder("{\"t_us\":1,\"msg\":\"{\\\"result\\\":null,\\\"id\\\":1}\"}\n"); // an ack
        for (int i = 1; i <= 6_000; i++) {
            lines.append(
                    ("{\"t_us\":%d,\"msg\":\"{\\\"stream\\\":\\\"btcusdt@bookTicker\\\",\\\"data\\\":{\\\"u\\\":%d,\\\"s\\\":\\\"BTCUSDT\\\","
                                    + "\\\"b\\\":\\\"%d.0\\\"}}\"}%n")
                            .formatted(4_000L * i, i, i % 5));
        }
        Path file = Files.writeString(folder.resolve("recorded.jsonl"), lines);
        List<String> progress = new ArrayList<>();
        PeerComparison.Recorded recorded = PeerComparison.Recorded.read(file, "binance-spot");

        PeerComparison.Table table = PeerComparison.run(recorded, progress::add);

        assertThat(recorded.isOfTheVenue()).isTrue();
        assertThat(PeerComparison.Recorded.read(file, "bitmex").isOfTheVenue()).isFalse();

        assertThat(table.feed()).isEqualTo("binance-spot, 6,000 messages of one recorded connection");
        assertThat(table.faults())
                .containsExactly(Fault.NONE.words(), Fault.LOSSES.words(), Fault.FROZEN.words(), Fault.OUTAGES.words());
        assertThat(progress).hasSize(table.faults().size());
        Map<String, PeerComparison.Row> rows =
                table.rows().stream().collect(Collectors.toMap(PeerComparison.Row::way, Function.identity()));
        assertThat(rows.get(FirstlineWay.BY_KEY).verdicts().values())
                .allSatisfy(verdict -> assertThat(List.of(verdict.lost(), verdict.twice(), verdict.outOfOrder()))
                        .containsOnly(0));
        assertThat(rows.get(HashesForAWhile.LABEL)
                        .verdicts()
                        .get(Fault.FROZEN.words())
                        .twice())
                .as("what comes late is no longer known")
                .isPositive();
        assertThat(rows.get(HighestNumber.BY_SEQUENCE)
                        .verdicts()
                        .get(Fault.LOSSES.words())
                        .lost())
                .as("what a faster line has skipped")
                .isPositive();
        assertThat(rows.get(HighestNumber.BY_TIME)
                        .verdicts()
                        .get(Fault.NONE.words())
                        .twice())
                .as("without a time, each line's copy")
                .isEqualTo(12_000);
    }

    private static int lost(Map<String, PeerComparison.Row> rows, String way, Fault fault) {
        return rows.get(way).verdicts().get(fault.words()).lost();
    }
}
