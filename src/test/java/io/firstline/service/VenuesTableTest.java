package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.venue.ProfileInfo;
import io.firstline.service.VenueSheet.Proves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of venues says what the profiles say. */
class VenuesTableTest {
    private static final Path TABLE = Path.of(System.getProperty("project.dir", "."), "src", "docs", "venues-table.md");
    /** Read by VenueRecordingsTest; VenueDialectsTest has all. */
    private static final Set<String> RECORDED = Set.of(
            "binance-spot",
            "binance-usdm",
            "bitmex",
            "coinbase-exchange",
            "gemini-v2",
            "hitbtc-v2",
            "kraken-v1",
            "okx");

    @Test
    void shouldListEveryProfileAsItIs() throws IOException {
        List<String> rows = Files.readAllLines(TABLE).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();

        assertThat(rows)
                .isEqualTo(ProfileInfo.names(null).stream()
                        .filter(name -> !name.equals("generic"))
                        .map(name -> row(VenueSheet.of(name, null)))
                        .toList());
    }

    private static String row(VenueSheet sheet) {
        String name = sheet.venue().name();
        String token = sheet.venue().endpoint().isNone() ? "no" : "token";
        String login = sheet.login().isEmpty() ? token : sheet.login();
        return "| "
                + String.join(
                        " | ",
                        "`" + name + "`",
                        streams(sheet, Proves.COMPLETENESS),
                        streams(sheet, Proves.ORDER),
                        streams(sheet, Proves.IDENTITY),
                        sheet.payload().isEmpty() ? "no" : sheet.payload(),
                        login,
                        sheet.hasNotices() ? "yes" : "no",
                        RECORDED.contains(name) ? "recording, dialect" : "dialect",
                        sheet.info().checked()
                                + (sheet.info().until() == null
                                        ? ""
                                        : ", ends " + sheet.info().until()))
                + " |";
    }

    private static String streams(VenueSheet sheet, Proves proves) {
        return sheet.classes(proves).isEmpty()
                ? "–"
                : sheet.classes(proves).stream().collect(Collectors.joining(", "));
    }
}
