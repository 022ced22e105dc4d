package io.firstline.testkit.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** The builders find every breach of the venue's rules. */
class BookBuilderTest {
    private static String okx(String action, long previous, long seqId, String bids) {
        return "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},\"action\":\"" + action
                + "\",\"data\":[{\"bids\":" + bids + ",\"asks\":[],\"prevSeqId\":" + previous + ",\"seqId\":" + seqId
                + "}]}";
    }

    private static String bybit(String type, long update, String bids) {
        return "{\"topic\":\"orderbook.50.BTCUSDT\",\"type\":\"" + type + "\",\"data\":{\"b\":" + bids
                + ",\"a\":[],\"u\":" + update + "}}";
    }

    private static String binance(long first, long last, String bids) {
        return "{\"e\":\"depthUpdate\",\"U\":" + first + ",\"u\":" + last + ",\"b\":" + bids + ",\"a\":[]}";
    }

    private static String kraken(String type, String bids, long checksum) {
        return "{\"channel\":\"book\",\"type\":\"" + type + "\",\"data\":[{\"bids\":" + bids
                + ",\"asks\":[],\"checksum\":" + checksum + "}]}";
    }

    private static void fails(BookBuilder book, String message, String rule) {
        assertThatThrownBy(() -> book.take(message))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(rule);
    }

    @Test
    void shouldFollowTheSequenceOfOkx() {
        OkxBook book = new OkxBook();
        book.take("pong");
        book.take(okx("snapshot", -1, 7, "[[\"2.0\",\"1\"],[\"1.0\",\"5\"]]"));
        book.take(okx("update", 7, 9, "[[\"2\",\"0\"],[\"1.5\",\"3\"]]"));

        assertThat(book.book().bids().toString()).isEqualTo("{1.5=3, 1.0=5}");
        fails(book, okx("update", 8, 10, "[]"), "prevSeqId must be 9");
        fails(new OkxBook(), okx("update", 8, 10, "[]"), "the first message");
        fails(book, okx("snapshot", 8, 10, "[]"), "a snapshot follows nothing");
    }

    @Test
    void shouldFollowTheNumbersOfBybit() {
        BybitBook book = new BybitBook();
        book.take(bybit("snapshot", 7, "[[\"2.0\",\"1\"]]"));
        book.take(bybit("delta", 8, "[[\"1.0\",\"1\"]]"));

        assertThat(book.book().bids()).hasSize(2);
        fails(book, bybit("delta", 10, "[]"), "u must be 9");
        fails(new BybitBook(), bybit("delta", 1, "[]"), "the first message");
    }

    @Test
    void shouldBeginWithTheSnapshotOfBinance() {
        BinanceBook book = new BinanceBook();
        book.take(binance(5, 6, "[[\"9\",\"9\"]]"));
        book.take("{\"stream\":\"btcusdt@depth\",\"data\":" + binance(7, 9, "[[\"2\",\"3\"]]") + "}");

        assertThat(book.snapshot("{\"lastUpdateId\":3,\"bids\":[],\"asks\":[]}"))
                .isFalse();
        assertThat(book.snapshot("{\"lastUpdateId\":7,\"bids\":[[\"1\",\"1\"]],\"asks\":[]}"))
                .isTrue();
        book.take(binance(10, 10, "[[\"1\",\"0\"]]"));
        assertThat(book.book().bids().toString()).isEqualTo("{2=3}");
        fails(book, binance(12, 12, "[]"), "U must be 11");
    }

    @Test
    void shouldVerifyTheChecksumOfKraken() {
        KrakenBook book = new KrakenBook(10);
        book.take(kraken("snapshot", "[{\"price\":0.0500,\"qty\":0.00100}]", crc("500100")));
        book.take(kraken("update", "[{\"price\":0.0600,\"qty\":1.00000}]", crc("600100000500100")));

        fails(book, kraken("update", "[{\"price\":0.0600,\"qty\":0}]", 5), "the checksum must be");
        KrakenBook shallow = new KrakenBook(1);
        shallow.take(kraken("snapshot", "[{\"price\":0.0500,\"qty\":0.00100}]", crc("500100")));
        shallow.take(kraken("update", "[{\"price\":0.0600,\"qty\":1.00000}]", crc("600100000")));
    }

    /** The example of Kraken's guide, and its checksum. */
    @Test
    void shouldComputeTheChecksumOfKrakensExample() {
        String bids = levels(
                "45283.5 0.10000000, 45283.4 1.54582015, 45282.1 0.10000000, 45281.0 0.10000000, 45280.3 1.54592586,"
                        + " 45279.0 0.07990000, 45277.6 0.03310103, 45277.5 0.30000000, 45277.3 1.54602737,"
                        + " 45276.6 0.15445238");
        String asks = levels(
                "45285.2 0.00100000, 45286.4 1.54571953, 45286.6 1.54571109, 45289.6 1.54560911, 45290.2 0.15890660,"
                        + " 45291.8 1.54553491, 45294.7 0.04454749, 45296.1 0.35380000, 45297.5 0.09945542,"
                        + " 45299.5 0.18772827");

        Book book = Book.of(BookBuilder.read(bids), BookBuilder.read(asks));

        assertThat(KrakenBook.checksum(book)).isEqualTo(3_310_070_434L);
    }

    private static String levels(String pricesAndQuantities) {
        return pricesAndQuantities
                .replaceAll("(\\S+) ([^,]+)(, |$)", "{\"price\":$1,\"qty\":$2},")
                .replaceAll("^(.*),$", "[$1]");
    }

    private static long crc(String digits) {
        CRC32 crc = new CRC32();
        crc.update(digits.getBytes(StandardCharsets.US_ASCII));
        return crc.getValue();
    }

    @Test
    void shouldNameTheDifferencesOfTwoBooks() {
        OkxBook one = new OkxBook();
        OkxBook other = new OkxBook();
        one.take(okx("snapshot", -1, 7, "[[\"2.0\",\"1\"],[\"1.0\",\"5\"]]"));
        other.take(okx("snapshot", -1, 7, "[[\"2.0\",\"1.0\"],[\"3.0\",\"5\"]]"));

        assertThat(Book.differences(one.book(), one.book())).isEmpty();
        assertThat(Book.differences(one.book(), other.book())).containsExactly("bid 1.0: 5 and 0", "bid 3.0: 0 and 5");
        assertThat(Book.differences(one.book().top(1), other.book().top(1)))
                .containsExactly("bid 2.0: 1 and 0", "bid 3.0: 0 and 5");
    }
}
