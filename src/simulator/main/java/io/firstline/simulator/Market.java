package io.firstline.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The streams of the simulated market: each kind for three symbols. */
final class Market {
    private record Instrument(String symbol, long anchorTicks) {}

    private static final List<Instrument> INSTRUMENTS = List.of(
            new Instrument("btcusdt", 6_512_347),
            new Instrument("ethusdt", 341_255),
            new Instrument("solusdt", 14_231));

    private final List<MarketStream> streams = new ArrayList<>();

    /** Makes a market that opens at this time, in microseconds since the Unix epoch. */
    Market(long seed, long nowUs) {
        Map<Instrument, BookWalk> books = new HashMap<>();
        for (StreamKind kind : StreamKind.values()) {
            for (Instrument instrument : INSTRUMENTS) {
                BookWalk book = books.computeIfAbsent(
                        instrument, it -> new BookWalk(it.symbol(), it.anchorTicks(), seed, nowUs));
                streams.add(new MarketStream(instrument.symbol(), kind, instrument.anchorTicks(), seed, book));
            }
        }
    }

    List<MarketStream> streams() {
        return streams;
    }

    /** The stream of this name; empty if the market has none. */
    Optional<MarketStream> stream(String name) {
        return streams.stream().filter(stream -> stream.name().equals(name)).findFirst();
    }
}
