package io.firstline.testkit.book;

import java.util.function.Supplier;

/** The venues whose books the simulator shows, and how a client asks each for the book of BTC. */
public enum BookVenue {
    OKX(
            "okx",
            "/ws/v5/public",
            "books BTC-USDT",
            "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"BTC-USDT\"}]}",
            OkxBook::new),
    BYBIT(
            "bybit-linear",
            "/v5/public/linear",
            "orderbook.50.BTCUSDT",
            "{\"op\":\"subscribe\",\"args\":[\"orderbook.50.BTCUSDT\"]}",
            BybitBook::new),
    KRAKEN(
            "kraken-v2",
            "/v2",
            "book BTC/USD",
            "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\",\"symbol\":[\"BTC/USD\"]}}",
            () -> new KrakenBook(10)),
    BINANCE(
            "binance-spot",
            "/stream",
            "btcusdt@depth",
            "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth\"],\"id\":1}",
            BinanceBook::new),
    BINANCE_100_MS(
            "binance-spot",
            "/stream",
            "btcusdt@depth@100ms",
            "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth@100ms\"],\"id\":1}",
            BinanceBook::new);

    private final String profile;
    private final String path;
    private final String stream;
    private final String subscribe;
    private final Supplier<BookBuilder> builder;

    BookVenue(String profile, String path, String stream, String subscribe, Supplier<BookBuilder> builder) {
        this.profile = profile;
        this.path = path;
        this.stream = stream;
        this.subscribe = subscribe;
        this.builder = builder;
    }

    /** The name of the venue's profile. */
    public String profile() {
        return profile;
    }

    public String path() {
        return path;
    }

    /** The stream's name in a feed. */
    public String stream() {
        return stream;
    }

    /** The request of a client. */
    public String subscribe() {
        return subscribe;
    }

    /** A new client's empty book. */
    public BookBuilder builder() {
        return builder.get();
    }

    /** The levels that a client of this venue knows. */
    public int levels() {
        return this == KRAKEN ? 10 : Integer.MAX_VALUE;
    }
}
