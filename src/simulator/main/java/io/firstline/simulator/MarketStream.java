package io.firstline.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * One stream of the market, such as {@code btcusdt@trade}. It makes its messages in order, with contiguous ids.
 *
 * <p>For a given seed, the k-th message of a stream always has the same ids and prices, whatever else is subscribed;
 * only its times are real. All streams of a symbol follow the same prices in step; ids are counted per stream.
 */
final class MarketStream {
    private static final long FIRST_UPDATE_ID = 400_900_217L;
    private static final long FIRST_TRADE_ID = 5_933_014L;
    private static final int MAX_LEVELS = 3;
    private static final int MAX_LOTS = 50_000;
    private static final int MAX_MATCH_AGE_US = 2_000;

    private final String name;
    private final String symbol;
    private final StreamKind kind;
    private final PriceWalk walk;
    private final SplittableRandom random;
    private long lastUpdateId = FIRST_UPDATE_ID;
    private long lastTradeId = FIRST_TRADE_ID;
    private long lastAggregateId = FIRST_TRADE_ID;

    MarketStream(String lowerCaseSymbol, StreamKind kind, long anchorTicks, long seed) {
        this.name = kind.streamOf(lowerCaseSymbol);
        this.symbol = lowerCaseSymbol.toUpperCase(Locale.ROOT);
        this.kind = kind;
        this.walk = new PriceWalk(seed * 31 + symbol.hashCode(), anchorTicks);
        this.random = new SplittableRandom(seed * 31 + name.hashCode());
    }

    /** The stream's name in subscriptions. */
    String name() {
        return name;
    }

    /** The symbol in messages. */
    String symbol() {
        return symbol;
    }

    /** Makes the next message, with this time in microseconds since the Unix epoch. */
    MarketEvent next(long nowUs) {
        BookQuote quote = walk.next();
        long matchUs = nowUs - random.nextInt(MAX_MATCH_AGE_US);
        return switch (kind) {
            case BOOK_TICKER ->
                new MarketEvent.BookTicker(lastUpdateId += 1 + random.nextInt(9), nowUs, matchUs, quote);
            case TRADE -> trade(quote, nowUs, matchUs);
            case AGG_TRADE -> aggTrade(quote, nowUs, matchUs);
            case DEPTH, DEPTH_100MS -> depth(quote, nowUs, matchUs);
        };
    }

    private MarketEvent trade(BookQuote quote, long nowUs, long matchUs) {
        boolean buyerIsMaker = random.nextBoolean();
        return new MarketEvent.Trade(++lastTradeId, nowUs, matchUs, price(quote, buyerIsMaker), lots(), buyerIsMaker);
    }

    private MarketEvent aggTrade(BookQuote quote, long nowUs, long matchUs) {
        boolean buyerIsMaker = random.nextBoolean();
        long firstId = lastTradeId + 1;
        lastTradeId = firstId + random.nextInt(4);
        return new MarketEvent.AggTrade(
                ++lastAggregateId,
                firstId,
                lastTradeId,
                nowUs,
                matchUs,
                price(quote, buyerIsMaker),
                lots(),
                buyerIsMaker);
    }

    private MarketEvent depth(BookQuote quote, long nowUs, long matchUs) {
        long previousLastId = lastUpdateId;
        lastUpdateId += 1 + random.nextInt(12);
        List<MarketEvent.Level> bids = levels(quote.bidTicks(), quote.bidLots(), -1);
        List<MarketEvent.Level> asks = levels(quote.askTicks(), quote.askLots(), 1);
        return new MarketEvent.Depth(previousLastId + 1, lastUpdateId, previousLastId, nowUs, matchUs, bids, asks);
    }

    private List<MarketEvent.Level> levels(long bestTicks, long bestLots, int direction) {
        List<MarketEvent.Level> levels = new ArrayList<>();
        levels.add(new MarketEvent.Level(bestTicks, bestLots));
        for (int i = random.nextInt(MAX_LEVELS); i > 0; i--) {
            long lots = random.nextInt(4) == 0 ? 0 : lots();
            levels.add(new MarketEvent.Level(bestTicks + (long) direction * levels.size(), lots));
        }
        return levels;
    }

    private long lots() {
        return 1L + random.nextInt(MAX_LOTS);
    }

    private static long price(BookQuote quote, boolean buyerIsMaker) {
        return buyerIsMaker ? quote.bidTicks() : quote.askTicks();
    }
}
