package io.firstline.simulator;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The order book of one symbol: all connections of all venues see this one. It changes at random around a walk of the
 * price, in the same way for the same seed.
 */
final class BookWalk {
    /** The most levels of a side. */
    static final int MAX_LEVELS = 50;

    private static final int MIN_LEVELS = 20;
    private static final int MAX_DEEPER_CHANGES = 3;
    private static final int MAX_STEP_TICKS = 40;
    private static final int MAX_UPDATES = 12;
    private static final int MAX_LOTS = 50_000;
    private static final int MAX_MATCH_AGE_US = 2_000;
    private static final long FIRST_UPDATE_ID = 400_900_217L;

    private final PriceWalk walk;
    private final SplittableRandom random;
    private final NavigableMap<Long, Long> bids = new TreeMap<>(Comparator.reverseOrder());
    private final NavigableMap<Long, Long> asks = new TreeMap<>();
    private OrderBook now;

    BookWalk(String symbol, long anchorTicks, long seed, long nowUs) {
        this.walk = new PriceWalk(seed * 31 + symbol.hashCode(), anchorTicks);
        this.random = new SplittableRandom(seed * 31 + (symbol + "@book").hashCode());
        this.now = new OrderBook(0, FIRST_UPDATE_ID, nowUs, nowUs, List.of(), List.of());
        step(nowUs);
    }

    /** The present book. */
    OrderBook present() {
        return now;
    }

    /** Changes the book, at least its best prices, at this time in microseconds since the Unix epoch. */
    void step(long nowUs) {
        BookQuote quote = walk.next();
        change(bids, quote.bidTicks(), quote.bidLots(), -1);
        change(asks, quote.askTicks(), quote.askLots(), 1);
        now = new OrderBook(
                now.number() + 1,
                now.lastId() + 1 + random.nextInt(MAX_UPDATES),
                nowUs,
                nowUs - random.nextInt(MAX_MATCH_AGE_US),
                levels(bids),
                levels(asks));
    }

    private void change(NavigableMap<Long, Long> side, long bestTicks, long bestLots, int deeper) {
        side.headMap(bestTicks, false).clear(); // what was traded
        side.put(bestTicks, bestLots);
        for (int i = random.nextInt(MAX_DEEPER_CHANGES); i > 0; i--) {
            long ticks = bestTicks + deeper * (1L + random.nextInt(MAX_STEP_TICKS));
            if (side.containsKey(ticks) && random.nextBoolean()) {
                side.remove(ticks);
            } else {
                side.put(ticks, lots());
            }
        }
        while (side.size() < MIN_LEVELS) {
            side.put(side.lastKey() + deeper * (1L + random.nextInt(MAX_STEP_TICKS)), lots());
        }
        while (side.size() > MAX_LEVELS) {
            side.pollLastEntry();
        }
    }

    private long lots() {
        return 1L + random.nextInt(MAX_LOTS);
    }

    private static List<MarketEvent.Level> levels(Map<Long, Long> side) {
        return side.entrySet().stream()
                .map(level -> new MarketEvent.Level(level.getKey(), level.getValue()))
                .toList();
    }
}
