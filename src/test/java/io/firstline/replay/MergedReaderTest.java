package io.firstline.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.publish.Volume;
import io.firstline.config.feed.Retention;
import io.firstline.replay.retention.LineName;
import io.firstline.replay.retention.RetentionBuffer;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.Loss;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A subscription to which the nodes are lines of an arbiter. */
class MergedReaderTest {
    private static final long MS = 1_000_000;

    private final List<String> got = new ArrayList<>();
    private final List<Long> numbers = new ArrayList<>();
    private final MergedReader reader = new MergedReader(
            new GapFiller.Settings(500 * MS, 100 * MS, new Volume(1_000, 1 << 20), 1_000, TimeUnit.SECONDS.toNanos(10)),
            new GapFiller.Receiver() {
                @Override
                public void deliver(FeedMessage message) {
                    got.add(message.asText());
                    numbers.add(message.sequence());
                }

                @Override
                public void lost(Loss loss) {
                    got.add("lost " + loss.count());
                }
            });
    private final Map<String, RetentionBuffer> kept = new HashMap<>();
    /** The names of lines with more than one run. */
    private final Map<String, String> runs = new HashMap<>();

    private long now;

    /** A node merges messages, and its line reaches the subscription. */
    private void from(String line, String... texts) {
        for (String text : texts) {
            FeedMessage message = next(line, text);
            reader.arrived(runs.getOrDefault(line, line + "/1"), message, now);
        }
    }

    /** The line of a node begins another run with its next message. */
    private void begins(String line) {
        runs.put(
                line,
                runs.getOrDefault(line, line + "/1") + "," + (kept.get(line).last() + 1));
    }

    /** The node merges messages, but they do not arrive. */
    private void lost(String line, String... texts) {
        for (String text : texts) {
            next(line, text);
        }
    }

    private FeedMessage next(String line, String text) {
        RetentionBuffer memory = kept.computeIfAbsent(line, name -> {
            RetentionBuffer made = new RetentionBuffer(Retention.DEFAULT, 1);
            made.begin(0);
            return made;
        });
        FeedMessage message = new FeedMessage(
                "btc", 0, memory.last() + 1, line + "-1", now / 1_000, "s", 0, Buffer.buffer(text), true, false);
        memory.add(message, null);
        return message;
    }

    /** Both nodes send messages until the second is in step. */
    private void inStep(String one, String other) {
        for (int i = 0; i < 8; i++) {
            from(one, "start" + i);
            from(other, "start" + i);
            now += 500 * MS;
        }
        got.clear();
        numbers.clear();
    }

    private List<LineRequest> requests() {
        List<LineRequest> requests = new ArrayList<>();
        for (LineRequest next = reader.request(now); next != null; next = reader.request(now)) {
            requests.add(next);
        }
        return requests;
    }

    private void answerAll() {
        for (List<LineRequest> open = requests(); !open.isEmpty(); open = requests()) {
            open.forEach(asked -> {
                RetentionBuffer memory = kept.get(asked.line());
                ReplayRequest request = asked.request();
                reader.answered(
                        asked, request.from() > 0 ? memory.range(request.from(), request.to()) : memory.state(), now);
            });
        }
    }

    @Test
    void shouldDeliverTheFirstCopyAndWaitForNothingWhenANodeDies() {
        inStep("a/1", "b/1");
        from("a/1", "1", "2");
        from("b/1", "1");
        from("b/1", "2", "3"); // a is dead

        assertThat(got).containsExactly("1", "2", "3");
        assertThat(numbers).containsExactly(9L, 10L, 11L);
    }

    @Test
    void shouldDeliverEachRepeatOnce() {
        inStep("a/1", "b/1");
        from("a/1", "same", "same", "other");
        from("b/1", "same", "same", "other", "same");

        assertThat(got).containsExactly("same", "same", "other", "same");
    }

    @Test
    void shouldNotWaitForWhatOneLineLacks() {
        inStep("a/1", "b/1");
        from("a/1", "1");
        lost("a/1", "2");
        from("b/1", "1", "2", "3");
        from("a/1", "3");
        assertThat(got).containsExactly("1", "2", "3");

        answerAll();
        from("a/1", "4");
        assertThat(got).containsExactly("1", "2", "3", "4");
        assertThat(reader.report().filled()).isOne();
    }

    @Test
    void shouldRequestWhatNoLineDelivered() {
        inStep("a/1", "b/1");
        lost("a/1", "1", "2");
        lost("b/1", "1", "2");
        from("b/1", "3");
        from("a/1", "3");
        answerAll();

        assertThat(got).containsExactly("1", "2", "3");
    }

    @Test
    void shouldReportWhatNoNodeHas() {
        from("a/1", "1");
        lost("a/1", "2", "3");
        from("a/1", "4");
        now += 600 * MS;
        reader.passed(now);

        assertThat(got).containsExactly("1", "lost 2", "4");
        assertThat(numbers).containsExactly(1L, 4L);
        assertThat(reader.report().lost()).isEqualTo(2);
    }

    @Test
    void shouldNotReportWhatAnotherLineDelivers() {
        inStep("a/1", "b/1");
        lost("a/1", "1");
        from("b/1", "1", "2");
        from("a/1", "2");
        now += 600 * MS;
        reader.passed(now);
        from("a/1", "3");
        from("b/1", "3", "4");

        assertThat(got).containsExactly("1", "2", "3", "4");
    }

    @Test
    void shouldTakeARestartedNodeForAnotherLineThatJoinsInStep() {
        inStep("a/1", "b/1");
        from("a/2", "2"); // ahead of b, and 1 it never had
        from("b/1", "1", "2", "3");
        assertThat(got).containsExactly("1", "2", "3");

        now += 3_000 * MS;
        from("a/2", "3", "4");
        from("b/1", "4");
        from("a/2", "5");
        assertThat(got).containsExactly("1", "2", "3", "4", "5");
        assertThat(reader.report().takeovers()).isOne();
    }

    /** A connection of the node was held up, and another one has delivered younger messages meanwhile. */
    @Test
    void shouldRecogniseWhatANodeDeliversAfterYoungerMessages() {
        inStep("a/1", "b/1");
        String[] ordered =
                IntStream.range(0, 1_000).mapToObj(i -> "in order " + i).toArray(String[]::new);
        from("a/1", ordered);
        from("b/1", ordered);
        from("a/1", "old 1", "old 2", "old 3", "old 4", "young");
        from("b/1", "young", "old 1", "old 2", "old 3", "old 4");

        assertThat(got.subList(1_000, got.size())).containsExactly("old 1", "old 2", "old 3", "old 4", "young");
    }

    @Test
    void shouldContinueWithALineThatHadNotJoinedWhenTheOtherDies() {
        from("a/1", "1", "2");
        from("b/1", "2");
        now += 300 * MS;
        from("a/1", "3");
        from("b/1", "3", "4");
        assertThat(got).containsExactly("1", "2", "3");

        now += 1_100 * MS;
        from("b/1", "5");
        now += 1_100 * MS;
        from("b/1", "6");
        now += 1_100 * MS;
        from("b/1", "7");
        assertThat(got).containsExactly("1", "2", "3", "4", "5", "6", "7");
    }

    @Test
    void shouldRequestTheEndOfAFormerRun() {
        inStep("a/1", "b/1");
        from("a/1", "1");
        lost("a/1", "2", "3"); // and b dies before it sends them
        begins("a/1");
        from("a/1", "7");
        assertThat(got).containsExactly("1");

        answerAll();
        from("b/1", "1", "2", "3", "4", "5", "6", "7");
        assertThat(got).startsWith("1", "2", "3").contains("4", "5", "6", "7").doesNotHaveDuplicates();
    }

    @Test
    void shouldRequestWhatALineHadBeforeItWasSeen() {
        inStep("a/1", "b/1");
        from("a/1", "1");
        from("b/1", "1");
        lost("c/1", "1", "2", "3"); // cut off from here
        from("c/1", "4"); // and the others die
        answerAll();
        now += 1_100 * MS;
        from("c/1", "5");
        now += 1_100 * MS;
        from("c/1", "6");

        assertThat(got).containsSubsequence("1", "2", "3", "4", "5", "6").doesNotHaveDuplicates();
    }

    @Test
    void shouldReadALineFromTheMessageThatArrivesFirstWhenTheSubscriptionBegins() {
        lost("a/1", "long ago", "before");
        from("a/1", "1");
        assertThat(requests()).allMatch(asked -> asked.request().from() == 0);
        assertThat(got).containsExactly("1");
    }

    @Test
    void shouldReportALossIfNoLineContinuesTheOthers() {
        from("a/1", "1", "2");
        from("a/2", "7");

        assertThat(got).containsExactly("1", "2", "lost 1", "7");
        assertThat(numbers).containsExactly(1L, 2L, 4L);
        assertThat(reader.report().lost()).isOne();
    }

    @Test
    void shouldReportWhatTheOthersHadOnlyIfTheyWereAlive() {
        inStep("a/1", "b/1");
        from("a/1", "1"); // b has just died
        lost("a/1", "2", "3");
        from("a/1", "4");
        now += 600 * MS;
        reader.passed(now);
        assertThat(got).as("b may have the others").containsExactly("1");

        for (String next : List.of("5", "6", "7")) {
            now += 1_100 * MS;
            from("a/1", next);
        }
        assertThat(got).containsExactly("1", "lost 1", "4", "5", "6", "7");
    }

    @Test
    void shouldTakeNothingOfAStranger() {
        from("a/1", "1");
        reader.arrived(null, next("a/1", "of no line"), now);
        reader.arrived("a/1/x", next("a/1", "of no line"), now);
        for (int i = 0; i < 100; i++) {
            from("stranger" + i + "/1", "x" + i);
        }
        from("a/1", "3");

        assertThat(got).startsWith("1").doesNotContain("of no line");
        assertThat(requests()).hasSizeLessThan(40);
    }

    @Test
    void shouldReportEachRunBeyondTheBoundOfThoseThatHaveNotBegun() {
        from("a/1", "1");
        lost("a/1", "2"); // the others wait for it
        int names = MergedReader.MOST_RUNS / LineName.MOST + 5;
        for (int i = 0; i < names; i++) {
            lost("a/1", "x", "x", "x", "x", "x", "x", "x");
            long last = kept.get("a/1").last() + 1;
            runs.put(
                    "a/1",
                    "a/1/"
                            + LongStream.rangeClosed(last - LineName.MOST + 1, last)
                                    .mapToObj(Long::toString)
                                    .collect(Collectors.joining(",")));
            from("a/1", "y");
        }

        assertThat(got)
                .hasSize(1 + 5 * LineName.MOST)
                .filteredOn("lost 1"::equals)
                .hasSize(5 * LineName.MOST);
    }

    @Test
    void shouldIgnoreRunsThatBeginAfterTheMessageThatNamesThem() {
        from("a/1", "1");
        for (int i = 0; i < 2 * MergedReader.MOST_RUNS; i++) {
            reader.arrived("a/1/" + (1_000_000 + i), next("a/1", "x" + i), now);
        }

        assertThat(got).hasSize(1 + 2 * MergedReader.MOST_RUNS).doesNotContain("lost 1");
    }

    /** The name of the new run has the numbers of earlier ones. */
    @Test
    void shouldReportNoLossAtARunThatHasBegunLongAgo() {
        from("a/1", "1");
        begins("a/1");
        from("a/1", "2", "3");
        lost("a/1", "4");
        begins("a/1");
        from("a/1", "5");
        answerAll();

        assertThat(got).containsExactly("1", "lost 1", "2", "3", "4", "lost 1", "5");
    }

    @Test
    void shouldForgetALineThatIsSilentBesideOthers() {
        inStep("a/1", "b/1");
        for (int i = 0; i < 40; i++) {
            now += 500 * MS;
            from("b/1", "later" + i);
            reader.passed(now);
        }

        assertThat(reader.report().takeovers()).isOne();
        assertThat(got).hasSize(40);
    }
}
