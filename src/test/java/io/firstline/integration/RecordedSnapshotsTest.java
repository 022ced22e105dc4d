package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.MessageSigns;
import io.firstline.config.venue.StreamClass;
import io.firstline.config.venue.Venue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What profiles take for snapshots, in recordings of real exchanges: one for each subscription, ahead of the changes. */
class RecordedSnapshotsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(text, e);
        }
    }

    /**
     * Reads the books of a recording.
     *
     * @param bookOf the name of a message's book as the profile gives it; null = it is of no book
     */
    private static void shouldBegin(String venue, Path file, int subscriptions, Function<JsonNode, String> bookOf) {
        MessageFormat format = Venue.find(venue, null).format();
        Map<String, List<Boolean>> books = new TreeMap<>();
        for (String text : Recordings.texts(file)) {
            JsonNode message = tree(text);
            String book = bookOf.apply(message);
            if (book != null) {
                StreamClass type = format.classOf(book);
                assertThat(type.hasSnapshot()).as(book).isTrue();
                books.computeIfAbsent(book, any -> new ArrayList<>())
                        .add(new MessageSigns(type.snapshot(), List.of()).has(text, message));
            }
        }

        assertThat(books).as("%s", file).isNotEmpty().allSatisfy((book, snapshots) -> {
            assertThat(snapshots.get(0)).as(book).isTrue();
            assertThat(snapshots).as(book).filteredOn(isSnapshot -> isSnapshot).hasSize(subscriptions);
        });
    }

    private static Path file(String recording) {
        return Recordings.folder().resolve(recording + ".jsonl.gz");
    }

    @Test
    void shouldFindOneInEachBookOfOkx() {
        Recordings.okex()
                .forEach(file -> shouldBegin(
                        "okx",
                        file,
                        1,
                        message -> message.has("action")
                                ? message.at("/arg/channel").asText() + " "
                                        + message.at("/arg/instId").asText()
                                : null));
    }

    @Test
    void shouldFindOneInEachBookOfBitmex() {
        for (String recording : List.of("bitmex-20210417", "bitmex-20210722")) {
            shouldBegin(
                    "bitmex",
                    file(recording),
                    1,
                    message -> message.path("table").asText().startsWith("orderBook")
                            ? message.get("table").asText() + ":"
                                    + message.at("/data/0/symbol").asText()
                            : null);
        }
    }

    @Test
    void shouldFindOneInEachBookOfCoinbase() {
        shouldBegin(
                "coinbase-exchange",
                file("coinbase-legacy-20210417"),
                1,
                message -> List.of("snapshot", "l2update")
                                .contains(message.path("type").asText())
                        ? "level2_batch " + message.get("product_id").asText()
                        : null);
    }

    /** It was asked for each book twice. */
    @Test
    void shouldFindTwoInEachBookOfHitbtc() {
        Recordings.hitbtc()
                .forEach(file -> shouldBegin(
                        "hitbtc-v2",
                        file,
                        2,
                        message -> message.path("method").asText().endsWith("Orderbook")
                                ? "Orderbook " + message.at("/params/symbol").asText()
                                : null));
    }

    @Test
    void shouldFindOneInEachBookOfKraken() {
        shouldBegin(
                "kraken-v1",
                file("kraken-v1-20210417/book"),
                1,
                message -> message.path(2).asText().startsWith("book")
                        ? message.get(2).asText() + " " + message.get(3).asText()
                        : null);
    }
}
