package io.firstline.simulator;

import java.util.List;

/** One market event, before it is encoded. Times are microseconds since the Unix epoch. */
sealed interface MarketEvent {

    /** A new top of the book. */
    record BookTicker(long updateId, long eventUs, long matchUs, BookQuote quote) implements MarketEvent {}

    /** One trade; {@code buyerIsMaker} = the seller was the aggressor, so the price is the bid. */
    record Trade(long tradeId, long eventUs, long matchUs, long ticks, long lots, boolean buyerIsMaker)
            implements MarketEvent {}

    /** The trades {@code firstId..lastId} of one taker order. */
    record AggTrade(
            long aggregateId,
            long firstId,
            long lastId,
            long eventUs,
            long matchUs,
            long ticks,
            long lots,
            boolean buyerIsMaker)
            implements MarketEvent {}

    /**
     * The levels changed by the updates {@code firstId..lastId}; {@code previousLastId} is the last id of the previous
     * message.
     */
    record Depth(
            long firstId,
            long lastId,
            long previousLastId,
            long eventUs,
            long matchUs,
            List<Level> bids,
            List<Level> asks)
            implements MarketEvent {}

    /** A price level's new quantity; 0 lots = the level is gone. */
    record Level(long ticks, long lots) {}
}
