package io.firstline.simulator;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * One stream of the market, such as {@code btcusdt@trade}. It makes its messages in order, with contiguous ids.
 *
 * <p>For a given seed, the k-th message of a stream always has the same ids and prices, whatever else is subscribed;
 * only its times are real. All streams of a symbol follow the same prices in step; ids are counted per stream. The depth
 * streams of a symbol are an exception: they show the changes of one book, with its ids.
 */
final class MarketStream {
    private static final long FIRST_UPDATE_ID = 400_900_217L;
    private static final long FIRST_TRADE_ID = 5_933_014L;
    private static final int MAX_LOTS = 50_000;
    private static final int MAX_MATCH_AGE_US = 2_000;

    private final String name;
    private final String symbol;
    private final StreamKind kind;
    private final PriceWalk walk;
    private final SplittableRandom random;
    private final BookWalk book;
    private final long openTicks;
    private long highTicks;
    private long lowTicks;
    private OrderBook lastShown;
    private long lastUpdateId = FIRST_UPDATE_ID;
    private long lastTradeId = FIRST_TRADE_ID;
    private long lastAggregateId = FIRST_TRADE_ID;

    MarketStream(String lowerCaseSymbol, StreamKind kind, long anchorTicks, long seed, BookWalk book) {
        this.name = kind.streamOf(lowerCaseSymbol);
        this.symbol = lowerCaseSymbol.toUpperCase(Locale.ROOT);
        this.kind = kind;
        this.walk = new PriceWalk(seed * 31 + symbol.hashCode(), anchorTicks);
        this.random = new SplittableRandom(seed * 31 + name.hashCode());
        this.openTicks = anchorTicks;
        this.highTicks = anchorTicks;
        this.lowTicks = anchorTicks;
        this.book = book;
        this.lastShown = book.present();
    }

    /** The stream's name in subscriptions. */
    String name() {
        return name;
    }

    /** The symbol in messages. */
    String symbol() {
        return symbol;
    }

    boolean isBook() {
        return kind == StreamKind.DEPTH || kind == StreamKind.DEPTH_100MS;
    }

    /** Whether its next message would have to change the book, because it has shown all changes. */
    boolean isUpToDate() {
        return kind == StreamKind.DEPTH_100MS && book.present().number() == lastShown.number();
    }

    /** Whether it shows one by one the changes that the other stream shows several at a time. */
    boolean showsEachChangeOf(MarketStream gathered) {
        return kind == StreamKind.DEPTH && symbol.equals(gathered.symbol);
    }

    /** The present book of the symbol. */
    OrderBook book() {
        return book.present();
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
            case TICKER, MINI_TICKER -> ticker(quote, nowUs);
            case DEPTH, DEPTH_100MS -> depth(nowUs);
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

    private MarketEvent ticker(BookQuote quote, long nowUs) {
        highTicks = Math.max(highTicks, quote.bidTicks());
        lowTicks = Math.min(lowTicks, quote.bidTicks());
        return new MarketEvent.Ticker(
                kind == StreamKind.MINI_TICKER,
                ++lastTradeId - FIRST_TRADE_ID,
                nowUs,
                openTicks,
                highTicks,
                lowTicks,
                quote);
    }

    /** {@code depth} has every change; {@code depth@100ms} has all changes since its last message in one. */
    private MarketEvent depth(long nowUs) {
        if (kind == StreamKind.DEPTH) {
            lastShown = book.present();
        }
        if (book.present().number() == lastShown.number()) {
            book.step(nowUs);
        }
        OrderBook before = lastShown;
        lastShown = book.present();
        return new MarketEvent.Depth(before, lastShown);
    }

    private long lots() {
        return 1L + random.nextInt(MAX_LOTS);
    }

    private static long price(BookQuote quote, boolean buyerIsMaker) {
        return buyerIsMaker ? quote.bidTicks() : quote.askTicks();
    }
}
