package io.firstline.simulator;

/** The kinds of streams that the market emits for each symbol. */
enum StreamKind {
    BOOK_TICKER("bookTicker"),
    TRADE("trade"),
    AGG_TRADE("aggTrade"),
    TICKER("ticker"),
    MINI_TICKER("miniTicker"),
    DEPTH("depth"),
    DEPTH_100MS("depth@100ms");

    private final String suffix;

    StreamKind(String suffix) {
        this.suffix = suffix;
    }

    /** The stream's name for a lower-case symbol: {@code btcusdt@trade}. */
    String streamOf(String lowerCaseSymbol) {
        return lowerCaseSymbol + "@" + suffix;
    }
}
