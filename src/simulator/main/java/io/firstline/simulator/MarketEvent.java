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

    /** The day so far: {@code trades} trades from the opening price to the present quote; the short form has less. */
    record Ticker(
            boolean isShort, long trades, long eventUs, long openTicks, long highTicks, long lowTicks, BookQuote quote)
            implements MarketEvent {}

    /** The change of a book from {@code before} to {@code after}; a snapshot if {@code before} is empty. */
    record Depth(OrderBook before, OrderBook after) implements MarketEvent {
        boolean isSnapshot() {
            return before.isEmpty();
        }

        List<Level> bids() {
            return OrderBook.changes(before.bids(), after.bids());
        }

        List<Level> asks() {
            return OrderBook.changes(before.asks(), after.asks());
        }
    }

    /** A price level's new quantity; 0 lots = the level is gone. */
    record Level(long ticks, long lots) {}
}
