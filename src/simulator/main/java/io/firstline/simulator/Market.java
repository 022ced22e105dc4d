package io.firstline.simulator;

import java.util.ArrayList;
import java.util.List;

/** The streams of the simulated market: each kind for three symbols. */
final class Market {
    private record Instrument(String symbol, long anchorTicks) {}

    private static final List<Instrument> INSTRUMENTS = List.of(
            new Instrument("btcusdt", 6_512_347),
            new Instrument("ethusdt", 341_255),
            new Instrument("solusdt", 14_231));

    private final List<MarketStream> streams = new ArrayList<>();

    Market(long seed) {
        for (StreamKind kind : StreamKind.values()) {
            for (Instrument instrument : INSTRUMENTS) {
                streams.add(new MarketStream(instrument.symbol(), kind, instrument.anchorTicks(), seed));
            }
        }
    }

    List<MarketStream> streams() {
        return streams;
    }
}
