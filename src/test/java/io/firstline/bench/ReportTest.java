package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {
    private static final Cell VERTX = Cell.plain(Section.THROUGHPUT, Variant.VERTX, 5, Load.SATURATING);
    private static final Cell BUS = Cell.plain(Section.THROUGHPUT, Variant.BUS, 5, Load.SATURATING);
    private static final Cell OPENSSL = new Cell(Section.TLS, Variant.BUS, Encryption.OPENSSL, 1, 5, Load.SATURATING);

    private static Goal goal(Report report, String beginning) {
        return report.goals().stream()
                .filter(goal -> goal.name().startsWith(beginning))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldSayWhetherAGoalIsMetAndByHowMuchItIsMissed() {
        Results results = new Results();
        results.add(VERTX, Samples.sample(4e6, 0));
        results.add(BUS, Samples.sample(2.4e6, 0));

        Goal missed = goal(Samples.report(results), "WsPool of 5");
        assertThat(missed.found().median()).isEqualTo(0.6);
        assertThat(missed.isMet()).isFalse();
        assertThat(missed.verdict()).isEqualTo("MISSED by 63 %");

        assertThat(goal(Samples.report(Samples.everything()), "WsPool of 5").verdict())
                .isEqualTo("MISSED by 38 %");
        assertThat(goal(Samples.report(Samples.everything()), "WsSingle").verdict())
                .isEqualTo("met, moonshot too");
        assertThat(goal(Samples.report(Samples.everything()), "allocation").verdict())
                .isEqualTo("MISSED by 412 %");
        assertThat(goal(Samples.report(Samples.everything()), "100 feeds × 5 connections × 200/s: lost")
                        .verdict())
                .isEqualTo("met, moonshot too");
        assertThat(goal(Samples.report(results), "WsSingle").verdict()).isEqualTo("not measured");
        assertThat(new Goal("lost", new Spread(3, 3, 3), true, 0, 0, "").verdict())
                .isEqualTo("MISSED");
        assertThat(new Goal("ratio", new Spread(0.9, 0.9, 0.9), false, 0.75, 1, "").verdict())
                .isEqualTo("met");
    }

    @Test
    void shouldSayWhenTheServerWasTheLimit() {
        Results results = Samples.everything();
        assertThat(ReportText.of(Samples.report(results)))
                .contains("The server was not the limit.")
                .doesNotContain("(!)");

        var busy = Samples.sample(1e6, 0);
        busy.put(Metric.SERVER_CPU_SHARE, 0.99);
        Results limited = new Results();
        limited.add(VERTX, busy);

        assertThat(limited.isServerLimited(VERTX)).isTrue();
        assertThat(ReportText.of(Samples.report(limited))).contains("99 % (!)", "the server was the limit");
    }

    @Test
    void shouldTellThePoolThatTookAnotherEngine() {
        Results results = Samples.everything();
        results.tlsEngine(OPENSSL, "JDK");

        assertThat(ReportText.of(Samples.report(results)))
                .contains("WsPool → bus, TLS JDK, not OpenSSL", "the pool used the JDK's engine");
    }

    @Test
    void shouldWriteTablesForPeople() {
        String text = ReportText.of(Samples.report(Samples.everything()));

        assertThat(text)
                .contains("2 cores, Linux 6, JDK 17, Netty 4.2, transport epoll, OpenSSL: does not load")
                .contains("The clocks of server and client agree: 1 µs apart, uncertain by 50 µs.")
                .containsPattern("\\| raw Vert.x +\\| +5 \\| 2.00 \\(1.00–3.00\\) \\|")
                .containsPattern(
                        "\\| WsPool → bus +\\| 2,000/s in bursts of 200 \\| 20 \\(10–30\\) \\| 200 \\(100–300\\)")
                .containsPattern("\\| 100 +\\| +5 \\| +200/s \\| 2,000,000")
                .containsPattern("\\| firstline tail, 5 connections \\| 550 \\(500–600\\) \\|")
                .contains("a feed; lost / twice / out of order")
                .containsPattern("\\| nothing +\\| 1 / 2 / 3 \\(4 marked\\) \\|")
                .containsPattern("\\| watermark +\\| +678 \\| +90 \\| +5 \\| +5 \\|")
                .containsPattern("launch to first .* \\| +1.25 \\(1.00–1.50\\) \\| +≤ 1.3 \\| +≤ 1.1 \\| +met \\|")
                .doesNotContain("NaN", "quick");
        assertThat(text.lines().filter(line -> line.startsWith("|---"))).hasSize(Section.values().length + 3);
    }

    @Test
    void shouldLeaveOutWhatWasNotMeasured() {
        String text = ReportText.of(new Report(
                Samples.MACHINE,
                new Clocks(1_000, 50),
                "nio",
                1,
                true,
                java.time.Instant.EPOCH,
                new Results(),
                Startup.Times.NONE,
                java.util.List.of(),
                RelayRows.Rates.NONE,
                NodeRows.Rates.NONE));

        assertThat(text)
                .contains("DISAGREE", "A quick run", "1 round,")
                .doesNotContain(
                        "Goals", Section.LATENCY.title(), Section.RELAY.title(), Section.STARTUP.title(), "NaN");
    }

    @Test
    void shouldWriteEveryRoundForPrograms() {
        JsonObject json =
                new JsonObject(Samples.report(Samples.everything()).toJson().encode());

        assertThat(json.getString("when")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(json.getJsonObject("machine").getInteger("cores")).isEqualTo(2);
        JsonObject cell = json.getJsonArray("cells").getJsonObject(0);
        assertThat(cell.getString("section")).isEqualTo("throughput");
        JsonObject copies = cell.getJsonObject("figures").getJsonObject("copiesPerSecond");
        assertThat(copies.getDouble("median")).isEqualTo(2e6);
        assertThat(copies.getJsonArray("rounds")).isEqualTo(new JsonArray(List.of(1e6, 2e6, 3e6)));
        assertThat(json.getJsonArray("goals")).hasSize(23);
        assertThat(json.getJsonArray("startupMs")).hasSize(2);
    }

    @Test
    void shouldDrawBothDiagrams() throws Exception {
        String svg = SvgPlot.of(Samples.report(Samples.everything()));

        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        // latency: all but WsSingle; throughput: all
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(6 + 7);
        assertThat(svg)
                .contains("prefers-color-scheme: dark", "A &amp; B &lt;1>")
                .doesNotContain("NaN", "Infinity");
    }

    @Test
    void shouldDrawAnEmptyDiagramOfNothing() {
        assertThat(SvgPlot.of(Samples.report(new Results()))).contains("not measured in this run");
    }

    @Test
    void shouldMarkAxesWithRoundNumbers() {
        PlotAxis linear = PlotAxis.of(List.of(new Spread(3, 1, 3.4)), false, 100, 100);
        assertThat(linear.marks()).containsExactly(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5);
        assertThat(linear.y(0)).isEqualTo(100);
        assertThat(linear.y(3.5)).isZero();

        PlotAxis logarithmic = PlotAxis.of(List.of(new Spread(200, 25, 4_000)), true, 100, 90);
        assertThat(logarithmic.marks()).containsExactly(10.0, 100.0, 1_000.0, 10_000.0);
        assertThat(logarithmic.y(100)).isEqualTo(70);
        assertThat(logarithmic.y(0)).isEqualTo(100);
    }

    @Test
    void shouldReadTheMachineFromWhatLinuxSays() {
        assertThat(Machine.processor("processor\t: 0\nmodel name\t: Fast CPU\nmodel name\t: Fast CPU\n"))
                .isEqualTo("Fast CPU");
        assertThat(Machine.here().cores()).isPositive();
        assertThat(Usage.residentMb("Name: java\nVmRSS:\t  204800 kB\n")).isEqualTo(200);
        assertThat(Usage.residentMb("Name: java\n")).isEqualTo(-1);
    }
}
