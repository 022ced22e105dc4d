package io.firstline.testkit.book;

/** The venues whose books the simulator shows, and how a client asks each for the book of BTC. */
public enum BookVenue {
    OKX(
            "okx",
            "/ws/v5/public",
            "books BTC-USDT",
            "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"BTC-USDT\"}]}"),
    BYBIT(
            "bybit-linear",
            "/v5/public/linear",
            "orderbook.50.BTCUSDT",
            "{\"op\":\"subscribe\",\"args\":[\"orderbook.50.BTCUSDT\"]}"),
    KRAKEN(
            "kraken-v2",
            "/v2",
            "book BTC/USD",
            "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\",\"symbol\":[\"BTC/USD\"]}}"),
    BINANCE(
            "binance-spot",
            "/stream",
            "btcusdt@depth",
            "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth\"],\"id\":1}"),
    BINANCE_100_MS(
            "binance-spot",
            "/stream",
            "btcusdt@depth@100ms",
            "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth@100ms\"],\"id\":1}");

    private static final int KRAKEN_LEVELS = 10;

    private final String profile;
    private final String path;
    private final String stream;
    private final String subscribe;

    BookVenue(String profile, String path, String stream, String subscribe) {
        this.profile = profile;
        this.path = path;
        this.stream = stream;
        this.subscribe = subscribe;
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

    /** Another stream of the venue. */
    public String trades() {
        return switch (this) {
            case OKX -> "trades BTC-USDT";
            case BYBIT -> "publicTrade.BTCUSDT";
            case KRAKEN -> "trade BTC/USD";
            case BINANCE, BINANCE_100_MS -> "btcusdt@trade";
        };
    }

    /** The request of a client. */
    public String subscribe() {
        return subscribe;
    }

    /** A new client's empty book. */
    public BookBuilder builder() {
        return switch (this) {
            case OKX -> new OkxBook();
            case BYBIT -> new BybitBook();
            case KRAKEN -> new KrakenBook(KRAKEN_LEVELS);
            case BINANCE, BINANCE_100_MS -> new BinanceBook();
        };
    }

    /** The levels that a client of this venue knows. */
    public int levels() {
        return this == KRAKEN ? KRAKEN_LEVELS : Integer.MAX_VALUE;
    }
}
