package io.firstline.simulator;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/** Encodes market events like Kraken's second protocol: trades and the best levels of books. Pure functions. */
final class KrakenJson {
    private static final int PRICE_DECIMALS = 2;
    private static final int QUANTITY_DECIMALS = 5;

    private KrakenJson() {}

    /** The message, UTF-8; empty for events that this venue does not have. */
    static byte[] write(String symbol, MarketEvent event) {
        String name = KrakenSession.symbol(symbol);
        String text = "";
        if (event instanceof MarketEvent.Trade trade) {
            text = message(
                    "trade",
                    "update",
                    "\"symbol\":\"" + name + "\",\"side\":\"" + (trade.buyerIsMaker() ? "sell" : "buy") + "\","
                            + level(new MarketEvent.Level(trade.ticks(), trade.lots()))
                            + ",\"ord_type\":\"market\",\"trade_id\":" + trade.tradeId(),
                    trade.matchUs());
        } else if (event instanceof MarketEvent.Depth depth) {
            OrderBook before = depth.before().top(KrakenSession.DEPTH);
            OrderBook after = depth.after().top(KrakenSession.DEPTH);
            text = message(
                    "book",
                    depth.isSnapshot() ? "snapshot" : "update",
                    "\"symbol\":\"" + name + "\",\"bids\":"
                            + changes(before.bids(), after.bids(), depth.after().bids()) + ",\"asks\":"
                            + changes(before.asks(), after.asks(), depth.after().asks()) + ",\"checksum\":"
                            + checksum(after),
                    after.eventUs());
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** With six decimals of the second, always. */
    static String time(long epochUs) {
        Instant time = Instant.EPOCH.plus(epochUs, ChronoUnit.MICROS);
        return String.format(
                Locale.ROOT,
                "%s.%06dZ",
                time.truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ""),
                epochUs % 1_000_000);
    }

    /** CRC32 of the digits of the best asks and bids, without points and leading zeros. */
    private static long checksum(OrderBook top) {
        StringBuilder digits = new StringBuilder();
        top.asks().forEach(level -> digits.append(level.ticks()).append(level.lots()));
        top.bids().forEach(level -> digits.append(level.ticks()).append(level.lots()));
        CRC32 crc = new CRC32();
        crc.update(digits.toString().getBytes(StandardCharsets.US_ASCII));
        return crc.getValue();
    }

    /** The changes of the best levels. As at the venue, a level that others push out of them is not reported. */
    private static String changes(
            List<MarketEvent.Level> before, List<MarketEvent.Level> after, List<MarketEvent.Level> all) {
        Set<Long> existing = all.stream().map(MarketEvent.Level::ticks).collect(Collectors.toSet());
        return OrderBook.changes(before, after).stream()
                .filter(level -> level.lots() > 0 || !existing.contains(level.ticks()))
                .map(level -> "{" + level(level) + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String level(MarketEvent.Level level) {
        return "\"price\":" + decimal(level.ticks(), PRICE_DECIMALS) + ",\"qty\":"
                + decimal(level.lots(), QUANTITY_DECIMALS);
    }

    private static String decimal(long unscaled, int scale) {
        return BigDecimal.valueOf(unscaled, scale).toPlainString();
    }

    private static String message(String channel, String type, String data, long timeUs) {
        return "{\"channel\":\"" + channel + "\",\"type\":\"" + type + "\",\"data\":[{" + data + ",\"timestamp\":\""
                + time(timeUs) + "\"}]}";
    }
}
