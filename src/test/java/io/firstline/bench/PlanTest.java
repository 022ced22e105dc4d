package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldMeasureNothingTwiceAndNothingImpossible(boolean quick) {
        List<Cell> cells = Plan.cells(Plan.sections(quick), quick);

        assertThat(new HashSet<>(cells)).hasSameSizeAs(cells);
        assertThat(cells).allMatch(cell -> cell.variant().canHave(cell.connections()));
        assertThat(cells)
                .filteredOn(cell -> cell.encryption() != Encryption.PLAIN)
                .noneMatch(cell -> cell.variant() == Variant.NETTY);
    }

    @Test
    void shouldMeasureEverythingThatAGoalAsksFor() {
        assertThat(Samples.report(Samples.everything()).goals())
                .allMatch(goal -> goal.found().isKnown());
    }

    @Test
    void shouldMeasureConnectionsFromOneToTwentyAndAllLoads() {
        List<Cell> cells = Plan.cells(Plan.sections(false), false);

        assertThat(cells)
                .filteredOn(
                        cell -> cell.variant() == Variant.VERTX && cell.load().isSaturating())
                .filteredOn(cell -> cell.encryption() == Encryption.PLAIN && cell.section() != Section.PROFILES)
                .extracting(Cell::connections)
                .containsExactly(1, 5, 2, 10, 20);
        assertThat(cells)
                .filteredOn(cell -> cell.section() == Section.LATENCY && cell.variant() == Variant.BUS)
                .extracting(cell -> cell.load().label())
                .containsExactly("1,000/s", "5,000/s", "20,000/s", "2,000/s in bursts of 200");
    }

    @Test
    void shouldDoWithoutTheLongSectionsWhenQuick() {
        assertThat(Plan.sections(true))
                .doesNotContain(Section.LAG, Section.FEEDS, Section.RELAY, Section.STARTUP, Section.WATCHED);
        assertThat(Plan.cells(EnumSet.of(Section.RELAY, Section.STARTUP), true)).isEmpty();
    }

    @Test
    void shouldMeasureProfilesWithAllTheirEqualCopiesSomeAndNone() {
        assertThat(Plan.cells(EnumSet.of(Section.PROFILES), false))
                .extracting(Cell::label)
                .contains(
                        "profiles: raw Vert.x, 5 connections",
                        "profiles: WsPool → bus, 5 connections, Binance profile, 100 % equal",
                        "profiles: WsPool → stream, 5 connections, OKX profile, 50 % equal",
                        "profiles: WsPool → bus, 5 connections, profile with gzip, 0 % equal");
    }

    @Test
    void shouldFitIntoNinetySeconds() {
        int cells = Plan.cells(Plan.sections(true), true).size();
        long roundMs = cells * (Pace.QUICK.warmUpMs() + Pace.QUICK.measureMs() + 400); // connecting and draining

        assertThat(Pace.QUICK.rounds() * roundMs + 8 * Pace.QUICK.firstWarmUpMs())
                .isLessThan(90_000);
    }

    @Test
    void shouldSayWhatACellIs() {
        assertThat(Plan.cells(EnumSet.of(Section.FEEDS, Section.TLS), false))
                .extracting(Cell::label)
                .contains(
                        "feeds: WsPool → bus, 100 feeds, 5 connections, 200/s",
                        "tls: raw Vert.x, 5 connections, TLS, OpenSSL");
    }
}
