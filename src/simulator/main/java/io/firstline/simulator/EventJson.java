package io.firstline.simulator;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Encodes market events like the venue: with the fields, and their order, of spot and of USD-M futures. One instance
 * per event loop, because it reuses its builder.
 */
final class EventJson {
    private static final int PRICE_DECIMALS = 2;
    private static final int SPOT_QUANTITY_DECIMALS = 5;
    private static final int FUTURES_QUANTITY_DECIMALS = 3;
    private static final int SPOT_DECIMALS = 8;
    private static final long DAY_US = 86_400_000_000L;

    private final StringBuilder out = new StringBuilder(512);
    private DataForm form = DataForm.SPOT_MILLIS;

    /** The message in this form, UTF-8. */
    byte[] write(String symbol, MarketEvent event, DataForm inForm) {
        if (inForm == DataForm.OKX || inForm == DataForm.BYBIT) {
            return ChannelJson.write(symbol, event, inForm);
        }
        if (inForm == DataForm.KRAKEN) {
            return KrakenJson.write(symbol, event);
        }
        form = inForm;
        out.setLength(0);
        if (event instanceof MarketEvent.BookTicker ticker) {
            bookTicker(symbol, ticker);
        } else if (event instanceof MarketEvent.Trade trade) {
            trade(symbol, trade);
        } else if (event instanceof MarketEvent.AggTrade trade) {
            aggTrade(symbol, trade);
        } else if (event instanceof MarketEvent.Ticker ticker) {
            ticker(symbol, ticker);
        } else if (event instanceof MarketEvent.Depth depth) {
            depth(symbol, depth);
        }
        out.setCharAt(0, '{');
        out.append('}');
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void bookTicker(String symbol, MarketEvent.BookTicker event) {
        BookQuote quote = event.quote();
        if (form.isFutures()) {
            text("e", "bookTicker");
        }
        number("u", event.updateId());
        if (form.isFutures()) {
            time("E", event.eventUs());
            time("T", event.matchUs());
        }
        text("s", symbol);
        price("b", quote.bidTicks());
        quantity("B", quote.bidLots());
        price("a", quote.askTicks());
        quantity("A", quote.askLots());
    }

    private void trade(String symbol, MarketEvent.Trade event) {
        text("e", "trade");
        time("E", event.eventUs());
        if (form.isFutures()) {
            time("T", event.matchUs());
        }
        text("s", symbol);
        number("t", event.tradeId());
        price("p", event.ticks());
        quantity("q", event.lots());
        if (form.isFutures()) {
            text("X", "MARKET");
        } else {
            time("T", event.matchUs());
        }
        maker(event.buyerIsMaker());
    }

    private void aggTrade(String symbol, MarketEvent.AggTrade event) {
        text("e", "aggTrade");
        time("E", event.eventUs());
        if (!form.isFutures()) {
            text("s", symbol);
        }
        number("a", event.aggregateId());
        if (form.isFutures()) {
            text("s", symbol);
        }
        price("p", event.ticks());
        quantity("q", event.lots());
        if (form.isFutures()) {
            quantity("nq", event.lots());
        }
        number("f", event.firstId());
        number("l", event.lastId());
        time("T", event.matchUs());
        maker(event.buyerIsMaker());
    }

    private void ticker(String symbol, MarketEvent.Ticker event) {
        text("e", event.isShort() ? "24hrMiniTicker" : "24hrTicker");
        time("E", event.eventUs());
        text("s", symbol);
        BookQuote quote = event.quote();
        if (!event.isShort()) {
            price("p", quote.bidTicks() - event.openTicks());
            price("P", (quote.bidTicks() - event.openTicks()) * 10_000 / event.openTicks());
            price("w", (event.highTicks() + event.lowTicks()) / 2);
        }
        if (!event.isShort() && !form.isFutures()) {
            price("x", event.openTicks());
        }
        price("c", quote.bidTicks());
        if (!event.isShort()) {
            quantity("Q", quote.bidLots());
        }
        if (!event.isShort() && !form.isFutures()) {
            price("b", quote.bidTicks());
            quantity("B", quote.bidLots());
            price("a", quote.askTicks());
            quantity("A", quote.askLots());
        }
        price("o", event.openTicks());
        price("h", event.highTicks());
        price("l", event.lowTicks());
        quantity("v", event.trades());
        price("q", event.trades());
        if (!event.isShort()) {
            time("O", event.eventUs() - DAY_US);
            time("C", event.eventUs());
            number("F", 1);
            number("L", event.trades());
            number("n", event.trades());
        }
    }

    /** The answer of {@code /api/v3/depth} or {@code /fapi/v1/depth}, with at most this many levels. */
    String snapshot(OrderBook book, int levels, DataForm inForm) {
        form = inForm;
        out.setLength(0);
        number("lastUpdateId", book.lastId());
        if (form.isFutures()) {
            time("E", book.eventUs());
            time("T", book.matchUs());
        }
        levels("bids", book.top(levels).bids());
        levels("asks", book.top(levels).asks());
        out.setCharAt(0, '{');
        return out.append('}').toString();
    }

    private void depth(String symbol, MarketEvent.Depth event) {
        text("e", "depthUpdate");
        time("E", event.after().eventUs());
        if (form.isFutures()) {
            time("T", event.after().matchUs());
        }
        text("s", symbol);
        number("U", event.before().lastId() + 1);
        number("u", event.after().lastId());
        if (form.isFutures()) {
            number("pu", event.before().lastId());
        }
        levels("b", event.bids());
        levels("a", event.asks());
    }

    private void maker(boolean buyerIsMaker) {
        name("m").append(buyerIsMaker);
        if (!form.isFutures()) {
            name("M").append(true);
        }
    }

    private void levels(String name, List<MarketEvent.Level> levels) {
        name(name).append('[');
        for (int i = 0; i < levels.size(); i++) {
            out.append(i == 0 ? "[" : ",[");
            appendPrice(levels.get(i).ticks());
            out.append(',');
            appendQuantity(levels.get(i).lots());
            out.append(']');
        }
        out.append(']');
    }

    private StringBuilder name(String name) {
        return out.append(",\"").append(name).append("\":");
    }

    private void text(String name, String value) {
        name(name).append('"').append(value).append('"');
    }

    private void number(String name, long value) {
        name(name).append(value);
    }

    private void time(String name, long epochUs) {
        number(name, form.time(epochUs));
    }

    private void price(String name, long ticks) {
        name(name);
        appendPrice(ticks);
    }

    private void quantity(String name, long lots) {
        name(name);
        appendQuantity(lots);
    }

    private void appendPrice(long ticks) {
        appendDecimal(ticks, PRICE_DECIMALS, form.isFutures() ? PRICE_DECIMALS : SPOT_DECIMALS);
    }

    private void appendQuantity(long lots) {
        if (form.isFutures()) {
            appendDecimal(lots, FUTURES_QUANTITY_DECIMALS, FUTURES_QUANTITY_DECIMALS);
        } else {
            appendDecimal(lots, SPOT_QUANTITY_DECIMALS, SPOT_DECIMALS);
        }
    }

    /** Writes {@code unscaled / 10^scale} in quotes, with exactly this many decimals. */
    private void appendDecimal(long unscaled, int scale, int decimals) {
        long unit = 1;
        for (int i = 0; i < scale; i++) {
            unit *= 10;
        }
        out.append(unscaled < 0 ? "\"-" : "\"")
                .append(Math.abs(unscaled) / unit)
                .append('.');
        String fraction = Long.toString(Math.abs(unscaled) % unit);
        out.append("0".repeat(scale - fraction.length())).append(fraction);
        out.append("0".repeat(decimals - scale)).append('"');
    }
}
