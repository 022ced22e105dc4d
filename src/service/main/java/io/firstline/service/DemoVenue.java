package io.firstline.service;

import io.firstline.config.service.ServiceConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The venues that the embedded exchange can stand for in a demo. */
final class DemoVenue {
    private static final List<String> SYMBOLS = List.of("BTC", "ETH", "SOL");

    /**
     * The path of the embedded exchange that speaks a venue's protocol, and its streams for each symbol: none with snapshots, which the
     * exchange does not count as sent.
     */
    private record Entrance(String path, List<String> streams) {}

    private static final Map<String, Entrance> ENTRANCES = new TreeMap<>(Map.of(
            "binance-spot", new Entrance("/stream", List.of("%susdt@bookTicker", "%susdt@trade")),
            "binance-usdm", new Entrance("/public/stream", List.of("%susdt@bookTicker", "%susdt@trade")),
            "bybit-linear", new Entrance("/v5/public/linear", List.of("orderbook.1.%SUSDT", "publicTrade.%SUSDT")),
            "bybit-spot", new Entrance("/v5/public/spot", List.of("orderbook.1.%SUSDT", "publicTrade.%SUSDT")),
            "kraken-v2", new Entrance("/v2", List.of("trade %S/USD")),
            "okx", new Entrance("/ws/v5/public", List.of("bbo-tbt %S-USDT", "trades %S-USDT"))));

    private DemoVenue() {}

    /** The configuration of the demo, with feeds of another venue. */
    static ServiceConfig configuration(Path given, String venue) {
        Entrance entrance = ENTRANCES.get(venue);
        if (entrance == null) {
            throw new BadInputException(
                    "--venue: found " + venue + ", allowed: " + String.join(", ", ENTRANCES.keySet()));
        }
        Path file = ConfigFiles.file(given);
        ServiceConfig.read(file); // reports what is wrong in it
        JsonObject json = new JsonObject(text(file));
        JsonArray streams = new JsonArray();
        for (String symbol : SYMBOLS) {
            entrance.streams().forEach(stream -> streams.add(named(stream, symbol)));
        }
        json.getJsonObject("feeds").forEach(feed -> {
            JsonObject wanted = (JsonObject) feed.getValue();
            wanted.put("venue", venue).put("url", "sim:" + entrance.path()).put("streams", streams);
        });
        return ServiceConfig.parse(
                json.encode(), file.toString(), file.toAbsolutePath().getParent());
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new BadInputException(file + ": " + e.getMessage());
        }
    }

    private static String named(String stream, String symbol) {
        return stream.replace("%S", symbol).replace("%s", symbol.toLowerCase(Locale.ROOT));
    }
}
