package io.firstline.live;

import java.util.List;
import java.util.stream.Stream;

/** The venue's entrances, and the streams that each of them serves. */
enum Entrance {
    SPOT("/stream", "bookTicker trade aggTrade depth@100ms"),
    USDM_PUBLIC("/public/stream", "bookTicker trade depth@100ms"),
    USDM_MARKET("/market/stream", "aggTrade");

    static final List<String> SYMBOLS = List.of("btcusdt", "ethusdt", "solusdt");

    private final String path;
    private final String kinds;

    Entrance(String path, String kinds) {
        this.path = path;
        this.kinds = kinds;
    }

    /** The address of a combined stream below a base such as {@code wss://fstream.binance.com}. */
    String url(String base, List<String> streams) {
        return base + path + "?streams=" + String.join("/", streams);
    }

    /** Every stream of every symbol. */
    List<String> streams() {
        return streams(kinds.split(" "));
    }

    static List<String> streams(String... kinds) {
        return SYMBOLS.stream()
                .flatMap(symbol -> Stream.of(kinds).map(kind -> symbol + "@" + kind))
                .toList();
    }
}
