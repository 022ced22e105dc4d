package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.ProfileInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code venues} lists the profiles; {@code check} warns of interfaces that end. */
class VenuesCommandTest {
    @TempDir
    Path folder;

    private Path venues;

    @BeforeEach
    void makeVenues() throws IOException {
        venues = Files.createDirectory(folder.resolve("venues"));
    }

    private void profile(String name, String json) throws IOException {
        Files.writeString(venues.resolve(name + ".json"), json.replace('\'', '"'));
    }

    private Cli venues(String... args) {
        List<String> line = new ArrayList<>(
                List.of("venues", "--config", folder.resolve("c.json").toString()));
        line.addAll(List.of(args));
        return Cli.run(line.toArray(String[]::new));
    }

    @Test
    void shouldListEveryProfileInALine() throws IOException {
        profile("mine", "{'url':'wss://mine.example.com','checked':'2026-01-02','until':'2027-03-01'}");

        Cli cli = venues();

        assertThat(cli.code()).isZero();
        assertThat(cli.err()).isEmpty();
        assertThat(cli.lines()).hasSize(1 + ProfileInfo.names(folder).size());
        assertThat(cli.out())
                .containsPattern("mine +2026-01-02 2027-03-01 +wss://mine.example.com\n")
                .containsPattern(
                        "binance-spot +2026-11-28 - +trade,aggTrade,depth +wss://stream.binance.com:9443/stream\n");
    }

    @Test
    void shouldSayEverythingAboutOne() {
        Cli cli = venues("kucoin");

        assertThat(cli.code()).isZero();
        assertThat(cli.out())
                .startsWith("kucoin: KuCoin spot")
                .contains(
                        "  checked 2026-11-28, ends at no announced date",
                        "  url by POST https://api.kucoin.com/api/v1/bullet-public",
                        "  proves completeness of level2",
                        "  limits streamsPerConnection 400, maxAgeMs 86400000, frames per connection and 10 s 100",
                        "  cannot measure the age of messages");
        assertThat(venues("kalshi").out())
                .contains("  logs in by headers with key, secret: name them in the feed's \"secrets\"");
        assertThat(venues("okx-vip").out()).contains("  logs in by a message with key, passphrase, secret");
        assertThat(venues("coinbase-exchange-login").out()).contains("  logs in by signed requests with key");
        assertThat(venues("okx").out()).contains("  url of ^(candle", " wss://ws.okx.com/ws/v5/business");
        assertThat(venues("generic").out())
                .contains(
                        "cannot connect without a \"url\"",
                        "cannot subscribe",
                        "cannot tell streams apart",
                        "  limits unknown");
    }

    @Test
    void shouldSayTheSameAsJson() {
        Cli cli = venues("--json", "binance-spot");

        JsonObject json = new JsonObject(cli.out());
        assertThat(json.getString("checked")).isEqualTo("2026-11-28");
        assertThat(json.getValue("until")).isNull();
        assertThat(json.getJsonArray("url")).hasSize(3);
        assertThat(json.getJsonObject("limits").getInteger("framesPerSecond")).isEqualTo(5);
        assertThat(json.getJsonObject("classes").getJsonObject("trade"))
                .isEqualTo(new JsonObject()
                        .put("match", "@trade$|^trade ")
                        .put("proves", "completeness")
                        .put("mode", "first"));
        assertThat(json.getJsonArray("cannot")).isEqualTo(new JsonArray());
        assertThat(venues("--json").lines()).hasSize(ProfileInfo.names(folder).size());
        assertThat(new JsonObject(venues("--json", "kucoin").out()).getString("endpoint"))
                .startsWith("https://");
        assertThat(new JsonObject(venues("--json", "okx").out())
                        .getJsonObject("routes")
                        .fieldNames())
                .containsExactly("business");
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() throws IOException {
        venues("okex").assertBadInput("venues: found \"okex\", allowed: one of ", ", such as okx, okx-sbe, okx-vip (");
        profile("broken", "{'checked':'yesterday'}");
        profile("unreal", "{'until':'2026-02-30'}");

        Cli cli = venues();

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err())
                .contains("broken", "\"yesterday\" (a string) at /checked, allowed: a date such as 2026-11-28")
                .contains("unreal", "\"2026-02-30\" at /until, allowed: a date such as 2026-11-28");
        assertThat(cli.out()).contains("okx").doesNotContain("broken");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2027-03-01, 2026-11-30, -",
                "2027-03-01, 2026-12-01, 'ends in 90 days, on 2027-03-01'",
                "2027-03-01, 2027-02-28, 'ends in 1 day, on 2027-03-01'",
                "2027-03-01, 2027-03-01, 'ends today, 2027-03-01'",
                "2027-03-01, 2027-03-11, 'ended 10 days ago, on 2027-03-01'",
                "-,          2027-03-11, -"
            })
    void shouldSayNearTheEndOfAnInterfaceThatItEnds(LocalDate until, LocalDate today, String said) {
        assertThat(new ProfileInfo("", null, until).end(today).orElse(null)).isEqualTo(said);
    }

    @Test
    void shouldWarnInCheckOfInterfacesThatEnd() throws IOException {
        LocalDate soon = LocalDate.now(ZoneOffset.UTC).plusDays(30);
        profile("soon", "{'url':'wss://a.example.com','until':'" + soon + "'}");
        profile("over", "{'url':'wss://b.example.com','until':'2020-01-01'}");
        profile("later", "{'url':'wss://c.example.com','until':'2999-01-01'}");
        Path config = folder.resolve("c.json");
        Files.writeString(
                config,
                "{'feeds':{'a':{'venue':'soon'},'b':{'venue':'over'},'c':{'venue':'later'},'d':{'venue':'soon'},'e':{'url':'wss://x.example.com'}}}"
                        .replace('\'', '"'));

        Cli cli = Cli.run("check", config.toString());

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).endsWith("c.json is valid\n");
        assertThat(cli.err().lines().toList())
                .hasSize(2)
                .anyMatch(line -> line.matches(
                        "firstline: warning: venue soon: the interface of this profile ends in (29|30) days, on "
                                + soon))
                .anyMatch(line -> line.contains("venue over") && line.endsWith("days ago, on 2020-01-01"));
    }
}
