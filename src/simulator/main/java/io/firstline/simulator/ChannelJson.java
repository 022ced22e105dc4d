package io.firstline.simulator;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Encodes market events like OKX and Bybit. Pure functions. */
final class ChannelJson {
    private static final String QUOTE = "USDT";
    private static final long MICROS_PER_MILLI = 1_000;

    private ChannelJson() {}

    /** The message, UTF-8; empty for events that these venues do not have. */
    static byte[] write(String symbol, MarketEvent event, DataForm form) {
        String text = form == DataForm.OKX ? okx(symbol, event) : bybit(symbol, event);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String okx(String symbol, MarketEvent event) {
        String id = symbol.substring(0, symbol.length() - QUOTE.length()) + "-" + QUOTE;
        if (event instanceof MarketEvent.Trade trade) {
            return okx(
                    "trades",
                    id,
                    "{\"instId\":\"" + id + "\",\"tradeId\":\"" + trade.tradeId() + "\",\"px\":\""
                            + price(trade.ticks())
                            + "\",\"sz\":\"" + size(trade.lots()) + "\",\"side\":\""
                            + (trade.buyerIsMaker() ? "sell" : "buy") + "\",\"ts\":\"" + ms(trade.matchUs())
                            + "\",\"count\":\"1\",\"seqId\":" + trade.tradeId() + "}");
        }
        if (event instanceof MarketEvent.BookTicker ticker) {
            BookQuote quote = ticker.quote();
            return okx(
                    "bbo-tbt",
                    id,
                    "{\"asks\":[[\"" + price(quote.askTicks()) + "\",\"" + size(quote.askLots())
                            + "\",\"0\",\"1\"]],\"bids\":[[\"" + price(quote.bidTicks()) + "\",\""
                            + size(quote.bidLots()) + "\",\"0\",\"1\"]],\"ts\":\"" + ms(ticker.eventUs())
                            + "\",\"seqId\":" + ticker.updateId() + "}");
        }
        if (event instanceof MarketEvent.Ticker ticker) {
            BookQuote quote = ticker.quote();
            return okx(
                    "tickers",
                    id,
                    "{\"instType\":\"SPOT\",\"instId\":\"" + id + "\",\"last\":\"" + price(quote.bidTicks())
                            + "\",\"lastSz\":\"" + size(quote.bidLots()) + "\",\"askPx\":\"" + price(quote.askTicks())
                            + "\",\"askSz\":\"" + size(quote.askLots()) + "\",\"bidPx\":\"" + price(quote.bidTicks())
                            + "\",\"bidSz\":\"" + size(quote.bidLots()) + "\",\"open24h\":\""
                            + price(ticker.openTicks()) + "\",\"high24h\":\"" + price(ticker.highTicks())
                            + "\",\"low24h\":\"" + price(ticker.lowTicks()) + "\",\"vol24h\":\"" + ticker.trades()
                            + "\",\"ts\":\"" + ms(ticker.eventUs()) + "\"}");
        }
        if (event instanceof MarketEvent.Depth depth) {
            OrderBook book = depth.after();
            return "{\"arg\":{\"channel\":\"books\",\"instId\":\"" + id + "\"},\"action\":\""
                    + (depth.isSnapshot() ? "snapshot" : "update") + "\",\"data\":[{\"asks\":"
                    + levels(depth.asks(), ",\"0\",\"1\"") + ",\"bids\":" + levels(depth.bids(), ",\"0\",\"1\"")
                    + ",\"ts\":\"" + ms(book.eventUs()) + "\",\"checksum\":0,\"prevSeqId\":"
                    + (depth.isSnapshot() ? -1 : depth.before().lastId()) + ",\"seqId\":" + book.lastId() + "}]}";
        }
        return "";
    }

    private static String okx(String channel, String id, String data) {
        return "{\"arg\":{\"channel\":\"" + channel + "\",\"instId\":\"" + id + "\"},\"data\":[" + data + "]}";
    }

    private static String bybit(String symbol, MarketEvent event) {
        if (event instanceof MarketEvent.Trade trade) {
            return bybit(
                    "publicTrade." + symbol,
                    trade.eventUs(),
                    "[{\"i\":\"" + trade.tradeId() + "\",\"T\":" + ms(trade.matchUs()) + ",\"p\":\""
                            + price(trade.ticks()) + "\",\"v\":\"" + size(trade.lots()) + "\",\"S\":\""
                            + (trade.buyerIsMaker() ? "Sell" : "Buy") + "\",\"s\":\"" + symbol
                            + "\",\"BT\":false,\"seq\":" + trade.tradeId() + "}]");
        }
        if (event instanceof MarketEvent.BookTicker ticker) {
            BookQuote quote = ticker.quote();
            return bybit(
                    "orderbook.1." + symbol,
                    ticker.eventUs(),
                    "{\"s\":\"" + symbol + "\",\"b\":[[\"" + price(quote.bidTicks()) + "\",\"" + size(quote.bidLots())
                            + "\"]],\"a\":[[\"" + price(quote.askTicks()) + "\",\"" + size(quote.askLots())
                            + "\"]],\"u\":" + ticker.updateId() + ",\"seq\":" + ticker.updateId() + "}");
        }
        if (event instanceof MarketEvent.Ticker ticker) {
            return bybit(
                    "tickers." + symbol,
                    ticker.eventUs(),
                    "{\"symbol\":\"" + symbol + "\",\"lastPrice\":\""
                            + price(ticker.quote().bidTicks())
                            + "\",\"highPrice24h\":\"" + price(ticker.highTicks()) + "\",\"lowPrice24h\":\""
                            + price(ticker.lowTicks()) + "\",\"volume24h\":\"" + ticker.trades() + "\"}");
        }
        if (event instanceof MarketEvent.Depth depth) {
            OrderBook book = depth.after();
            return "{\"topic\":\"orderbook." + BookWalk.MAX_LEVELS + "." + symbol + "\",\"type\":\""
                    + (depth.isSnapshot() ? "snapshot" : "delta") + "\",\"ts\":" + ms(book.eventUs())
                    + ",\"data\":{\"s\":\"" + symbol + "\",\"b\":" + levels(depth.bids(), "") + ",\"a\":"
                    + levels(depth.asks(), "") + ",\"u\":" + book.number() + ",\"seq\":" + book.lastId()
                    + "},\"cts\":" + ms(book.matchUs()) + "}";
        }
        return "";
    }

    private static String bybit(String topic, long eventUs, String data) {
        return "{\"topic\":\"" + topic + "\",\"ts\":" + ms(eventUs) + ",\"type\":\"snapshot\",\"data\":" + data + "}";
    }

    /** {@code [["1.50","0.20000"],…]}, each with these further members. */
    private static String levels(List<MarketEvent.Level> levels, String more) {
        return levels.stream()
                .map(level -> "[\"" + price(level.ticks()) + "\",\"" + size(level.lots()) + "\"" + more + "]")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static long ms(long micros) {
        return micros / MICROS_PER_MILLI;
    }

    private static String price(long ticks) {
        return decimal(ticks, 2);
    }

    private static String size(long lots) {
        return decimal(lots, 5);
    }

    private static String decimal(long unscaled, int scale) {
        return BigDecimal.valueOf(unscaled, scale).toPlainString();
    }
}
