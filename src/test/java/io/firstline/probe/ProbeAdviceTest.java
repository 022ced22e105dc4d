package io.firstline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.arbitration.ArrivalTable;
import io.firstline.arbitration.report.LineFigures;
import io.firstline.config.ConnectTarget;
import io.firstline.config.PathConfig;
import io.firstline.connection.report.ConnectTimes;
import io.firstline.connection.report.Path;
import io.firstline.probe.ProbeAdvice.Verdict;
import io.firstline.probe.SharedServers.Pair;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeAdviceTest {
    private static final String HOST = "stream.example.com";
    private static final long MESSAGES = 10_000;

    private static ProbedPath path(String server, PathLags lags) {
        return path(server, lags, 1, 0, "");
    }

    private static ProbedPath path(String server, PathLags lags, long attempts, long ended, String failure) {
        return new ProbedPath(
                new Path(HOST, server, null, null),
                new ConnectTimes(Double.NaN, 1.234, 5.678, 2),
                attempts,
                1,
                ended,
                failure,
                1,
                2,
                3,
                lags);
    }

    private static PathLags lags(long wins, long losses, double p50Ms, double p99Ms) {
        return new PathLags(MESSAGES - losses, wins, losses, p50Ms, p99Ms);
    }

    private static ProbedPath dead(String server, long attempts, String why) {
        return ProbedPath.failed(new Path(HOST, server, null, null), attempts, why);
    }

    private static List<String> ranking(ProbeAdvice advice) {
        return advice.ranked().stream()
                .map(each -> each.path().path().server() + " " + each.verdict().label())
                .toList();
    }

    @Test
    void shouldRankPathsAndSayWhatIsWrongWithEach() {
        ProbeAdvice advice = ProbeAdvice.of(
                List.of(
                        dead("refused", 3, "refused (nobody listens)"),
                        path("silent", PathLags.alone(0)),
                        path("lossy", lags(2_000, 500, 0, 1)),
                        path("late", lags(10, 0, 5.12, 9)),
                        path("twin", lags(1_000, 0, 0.1, 2.5)),
                        path("good", lags(3_000, 2, 0, 2)),
                        path("best", lags(4_000, 0, 0, 1)),
                        dead("quiet", 1, ""),
                        dead("never", 0, "")),
                List.of(new Pair(4, 6, 0.974, 2)),
                MESSAGES);

        assertThat(ranking(advice))
                .containsExactly(
                        "best keep",
                        "good keep",
                        "twin shares a server",
                        "late slow",
                        "lossy loses messages",
                        "silent silent",
                        "refused does not open",
                        "quiet does not open",
                        "never does not open");
        assertThat(advice.advice())
                .containsExactly(
                        "keep 1 and 2, which brought together 70.0 % of the first copies",
                        "1 and 3 probably share a server: the same messages are late on both (correlation 0.97), and both were"
                                + " closed at the same moment, 2 times",
                        "4 is late: half of its copies came 5.1 ms or more after the first ones",
                        "5 loses messages: 500 of 10,000 (5.0 %), which others brought",
                        "6 opens but delivers nothing",
                        "7 does not open: refused (nobody listens)",
                        "8 does not open: it did not answer",
                        "9 was not tried");
    }

    @Test
    void shouldKeepALatePathInReserveIfOnlyOneIsGood() {
        assertThat(ProbeAdvice.of(
                                List.of(path("late", lags(10, 0, 5, 9)), path("best", lags(9_990, 0, 0, 1))),
                                List.of(),
                                MESSAGES)
                        .advice())
                .containsExactly(
                        "keep 1, which brought 99.9 % of the first copies",
                        "keep 2 as a reserve: it is late, but its own way",
                        "2 is late: half of its copies came 5.0 ms or more after the first ones");
    }

    @Test
    void shouldNotCallAPathLateThatIsOftenFirst() {
        assertThat(ranking(ProbeAdvice.of(
                        List.of(path("other", lags(2_000, 0, 5, 9)), path("best", lags(8_000, 0, 0, 1))),
                        List.of(),
                        MESSAGES)))
                .containsExactly("best keep", "other keep");
    }

    @Test
    void shouldSayWhyMessagesWereLost() {
        PathLags lossy = lags(5_000, 500, 0, 1);
        assertThat(ProbeAdvice.of(
                                List.of(
                                        path("a", lossy, 3, 2, "closed-1001 (restart)"),
                                        path("b", lossy, 2, 0, "connect-timeout (no answer)")),
                                List.of(),
                                MESSAGES)
                        .advice())
                .containsExactly(
                        "no path is good: each one loses messages",
                        "1 loses messages: 500 of 10,000 (5.0 %), which others brought; its connection ended 2 times:"
                                + " closed-1001 (restart)",
                        "2 loses messages: 500 of 10,000 (5.0 %), which others brought; it did not open at once:"
                                + " connect-timeout (no answer)");
    }

    @Test
    void shouldSayThatFewMessagesSayLittle() {
        assertThat(ProbeAdvice.of(List.of(path("a", PathLags.alone(7))), List.of(), 7)
                        .advice())
                .containsExactly(
                        "only 7 messages were compared, which says little about lags: probe for longer",
                        "keep 1, the only one that delivers");
        assertThat(ProbeAdvice.of(List.of(dead("a", 1, "dns (no such name)")), List.of(), 0)
                        .advice())
                .containsExactly("no path brought a message", "1 does not open: dns (no such name)");
    }

    @Test
    void shouldCountLags() {
        int[] lags = new int[200];
        Arrays.setAll(lags, i -> i < 120 ? 0 : i * 10);
        lags[199] = ArrivalTable.NEVER;
        assertThat(PathLags.of(lags)).isEqualTo(new PathLags(199, 120, 1, 0, 1.97));
        assertThat(PathLags.of(new int[0])).isEqualTo(PathLags.alone(0));
        assertThat(PathLags.ofLines(List.of(
                        new LineFigures(true, 5, 5, 2, 0, 0, 100, 900), new LineFigures(true, 1, 1, 1, 0, 0, 7, 8))))
                .isEqualTo(new PathLags(12, 6, 3, 0.1, 0.9));
    }

    private static ProbeOutcome outcome() {
        List<ProbedPath> paths =
                List.of(path("192.0.2.1", lags(4_000, 0, 0.1234, 1)), dead("192.0.2.9", 2, "refused (no)"));
        List<ConnectTarget> targets = paths.stream()
                .map(each -> new ConnectTarget(
                        "wss://" + HOST + "/", new PathConfig(each.path().server(), null, null)))
                .toList();
        List<Pair> pairs = List.of(new Pair(0, 1, Double.NaN, 1));
        return new ProbeOutcome(
                "f",
                "wss://" + HOST + "/",
                new ProbePlan(3, targets, "the venue allows 2 connections"),
                30.04,
                12_345,
                MESSAGES,
                ProbeAdvice.of(paths, pairs, MESSAGES),
                pairs);
    }

    @Test
    void shouldShowATable() {
        assertThat(outcome().lines())
                .containsExactly(
                        "wss://stream.example.com/: 3 paths, the venue allows 2 connections: 2 are probed; 12,345 messages in"
                                + " 30.0 s, 10,000 of them compared; times in ms",
                        "    path           dns      tcp      tls  upgrade  ping p50      p99 first data  lag p50      p99"
                                + "   first    lost  verdict",
                        " 1  192.0.2.1        -     1.23     5.68     2.00      1.00     2.00       3.00     0.12     1.00"
                                + "  40.0 %       0  keep",
                        " 2  192.0.2.9        -        -        -        -         -        -          -        -        -"
                                + "       -       -  does not open",
                        "keep 1, the only one that delivers",
                        "1 and 2 probably share a server: both were closed at the same moment",
                        "2 does not open: refused (no)");
        assertThat(outcome().delivered()).isTrue();
    }

    @Test
    void shouldShowTheSameAsJson() {
        JsonObject json = outcome().toJson();

        assertThat(json.fieldNames())
                .containsExactly(
                        "feed",
                        "url",
                        "paths",
                        "probed",
                        "allowed",
                        "seconds",
                        "messages",
                        "compared",
                        "ranking",
                        "shared",
                        "advice");
        assertThat(json.getJsonArray("ranking").getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("place", 1)
                        .put("path", new JsonObject().put("host", HOST).put("server", "192.0.2.1"))
                        .put("verdict", Verdict.KEEP.label())
                        .put("attempts", 1L)
                        .put("opened", 1L)
                        .put("ended", 0L)
                        .put("lastFailure", "")
                        .putNull("dnsMs")
                        .put("tcpMs", 1.234)
                        .put("tlsMs", 5.678)
                        .put("upgradeMs", 2.0)
                        .put("pingP50Ms", 1.0)
                        .put("pingP99Ms", 2.0)
                        .put("firstDataMs", 3.0)
                        .put("lagP50Ms", 0.123)
                        .put("lagP99Ms", 1.0)
                        .put("copies", MESSAGES)
                        .put("wins", 4_000L)
                        .put("losses", 0L));
        assertThat(json.getJsonArray("shared").getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("places", new JsonArray().add(1).add(2))
                        .putNull("correlation")
                        .put("closedTogether", 1));
    }
}
