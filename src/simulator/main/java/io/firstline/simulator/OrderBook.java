package io.firstline.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One state of a symbol's order book. Immutable.
 *
 * @param number the number of changes so far; 0 = the empty book
 * @param lastId the id of the last update in it; a change can contain several updates
 * @param eventUs the time of the last change, microseconds since the Unix epoch
 * @param matchUs the time at which it was caused
 * @param bids best first
 * @param asks best first
 */
record OrderBook(
        long number,
        long lastId,
        long eventUs,
        long matchUs,
        List<MarketEvent.Level> bids,
        List<MarketEvent.Level> asks) {
    static final OrderBook EMPTY = new OrderBook(0, 0, 0, 0, List.of(), List.of());

    OrderBook {
        bids = List.copyOf(bids);
        asks = List.copyOf(asks);
    }

    boolean isEmpty() {
        return number == 0;
    }

    /** The book with at most this many levels on each side. */
    OrderBook top(int levels) {
        return new OrderBook(
                number,
                lastId,
                eventUs,
                matchUs,
                bids.subList(0, Math.min(levels, bids.size())),
                asks.subList(0, Math.min(levels, asks.size())));
    }

    /** The levels that are new or have another quantity, and with quantity 0 the levels that are gone. */
    static List<MarketEvent.Level> changes(List<MarketEvent.Level> before, List<MarketEvent.Level> after) {
        Map<Long, Long> old = new HashMap<>();
        before.forEach(level -> old.put(level.ticks(), level.lots()));
        List<MarketEvent.Level> changes = new ArrayList<>();
        for (MarketEvent.Level level : after) {
            Long lots = old.remove(level.ticks());
            if (lots == null || lots != level.lots()) {
                changes.add(level);
            }
        }
        for (MarketEvent.Level level : before) {
            if (old.containsKey(level.ticks())) {
                changes.add(new MarketEvent.Level(level.ticks(), 0));
            }
        }
        return changes;
    }
}
