package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.learn.ObservedMessages;
import io.firstline.learn.VenueProposal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Recordings of real exchanges: do proposed profiles prove what the shipped ones prove? */
class LearnRecordingsTest {
    /** A class of a shipped profile, the recording with its messages, and its class in the proposal. */
    private record Case(String venue, String type, String recording, String learned) {}

    private static final List<Case> CASES = List.of(
            new Case("binance-spot", "trade", "binance-spot-btcusdt-20230405", "trade"),
            new Case("binance-spot", "bookTicker", "binance-spot-btcusdt-20230405", "bookTicker"),
            new Case("binance-spot", "depth", "binance-spot-btcusdt-20230405", "depth-100ms"),
            new Case("binance-usdm", "trade", "binance-usdm-btcusdt-20230404", "trade"),
            new Case("binance-usdm", "bookTicker", "binance-usdm-btcusdt-20230404", "bookTicker"),
            new Case("binance-usdm", "depth", "binance-usdm-btcusdt-20230404", "depth-0ms"),
            new Case("binance-usdm", "markPrice", "binance-usdm-btcusdt-20230404", "markPrice-1s"),
            new Case("bitmex", "trade", "bitmex-20210722", "trade"),
            new Case("coinbase-exchange", "matches", "coinbase-legacy-20210417", "match"),
            new Case("coinbase-exchange", "ticker", "coinbase-legacy-20210417", "ticker"),
            new Case("gemini-v2", "trade", "gemini-20210624", "trade"),
            new Case("hitbtc-v2", "orderbook", "hitbtc-4conn-20210715", "updateOrderbook"),
            new Case("hitbtc-v2", "ticker", "hitbtc-4conn-20210715", "ticker"),
            new Case("okx", "trades", "okex-3conn-20210722", "trades"),
            new Case("deribit", "book", "deribit-20210722", "book-raw"),
            new Case("gate", "orderBookUpdate", "gateio-v4-20210422", "spot-order-book-update"),
            new Case("bitstamp", "trades", "bitstamp-20220105", "live-trades-ethusd"),
            new Case("bitstamp", "book", "bitstamp-20220105", "diff-order-book"),
            new Case("hyperliquid", "trades", "hyperliquid-20250126", "trades"),
            new Case("hyperliquid", "book", "hyperliquid-20250126", "l2Book"));

    private int keys;
    private int keysOf;
    private int links;
    private int chains;
    private int linksOf;

    @Test
    void shouldProposeWhatShippedProfilesProve() throws IOException {
        Recordings.folder();
        String recording = "";
        JsonObject proposed = new JsonObject();
        for (Case each : CASES) {
            if (!each.recording().equals(recording)) {
                recording = each.recording();
                proposed = learned(recording);
            }
            compare(each, shipped(each), proposed.getJsonObject(each.learned(), new JsonObject()));
        }
        System.out.printf(
                "[learn] the same key for %d of %d, the same sequence for %d of %d, a chain instead of order for %d%n",
                keys, keysOf, links, linksOf, chains);

        assertThat(keys)
                .as("the three others are times, which are no keys where bytes are equal")
                .isEqualTo(17);
        assertThat(links).isEqualTo(13);
        assertThat(chains)
                .as("numbers that were never skipped in the recording, though the venue promises only order")
                .isEqualTo(2);
    }

    private static JsonObject shipped(Case each) throws IOException {
        Path file = Path.of(System.getProperty("project.dir", "."), "conf/venues", each.venue() + ".json");
        JsonObject type = new JsonObject(Files.readString(file))
                .getJsonObject("messages")
                .getJsonObject("classes", new JsonObject())
                .getJsonObject(each.type());
        assertThat(type).as("class of a shipped profile: " + each).isNotNull();
        return type;
    }

    /** The proposed classes; the recording of a single connection counts for two. */
    private static JsonObject learned(String recording) {
        List<Path> files = recording.startsWith("hitbtc")
                ? Recordings.hitbtc()
                : recording.startsWith("okex")
                        ? Recordings.okex()
                        : Collections.nCopies(2, Recordings.folder().resolve(recording + ".jsonl.gz"));
        ObservedMessages observed = new ObservedMessages();
        for (int connection = 0; connection < files.size(); connection++) {
            for (String text : Recordings.texts(files.get(connection))) {
                observed.add("c" + connection, text.getBytes(StandardCharsets.UTF_8), true);
            }
        }
        return VenueProposal.of(observed)
                .profile("", LocalDate.of(2026, 11, 28))
                .getJsonObject("messages")
                .getJsonObject("classes");
    }

    private void compare(Case each, JsonObject shipped, JsonObject learned) {
        boolean key = isSameKey(shipped, learned);
        keysOf++;
        keys += key ? 1 : 0;
        String link = "-";
        if (shipped.containsKey("sequence")) {
            link = link(shipped.getJsonObject("sequence"), learned.getJsonObject("sequence", new JsonObject()));
            linksOf++;
            links += link.equals("same") ? 1 : 0;
            chains += link.equals("stronger") ? 1 : 0;
        }
        System.out.printf(
                "[learn] %-18s %-10s key %-5s sequence %-8s %s%n",
                each.venue(), each.type(), key ? "same" : "other", link, learned.encode());
    }

    /** A key of some members of the shipped one; or everything else is ignored, which identifies the same messages. */
    private static boolean isSameKey(JsonObject shipped, JsonObject learned) {
        Set<String> members = pointers(shipped, "key");
        Set<String> proposed = pointers(learned, "key");
        Set<String> ignored = pointers(learned, "ignore");
        return proposed.isEmpty()
                ? !ignored.isEmpty() && Collections.disjoint(members, ignored)
                : members.containsAll(proposed);
    }

    private static Set<String> pointers(JsonObject type, String member) {
        return type.getJsonArray(member, new JsonArray()).stream()
                .map(pointer -> pointer.toString().replace("/-1/", "/0/"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The same link over the same number, or a chain where the shipped profile claims order only. */
    private static String link(JsonObject shipped, JsonObject learned) {
        String wanted = shipped.getString("link");
        if (wanted.equals(learned.getString("link"))
                && pointers(shipped, "last").containsAll(pointers(learned, "last"))) {
            return "same";
        }
        boolean chain = List.of("plus-one", "previous").contains(learned.getString("link", ""));
        return wanted.equals("increasing") && chain ? "stronger" : "other";
    }
}
