package io.firstline.live;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

/**
 * Group 5 against the real exchange: {@code mvn verify -Plive [-Dlive.timeout=60]}. Public market data, no key; the connections of all
 * tests together stay far below the venue's limit of 300 attempts in five minutes.
 */
@Tag("live")
class LiveBinanceTest extends BinanceStreams {
    private static final Duration LONGEST_WINDOW = Duration.ofSeconds(15);

    @Override
    String base(Entrance entrance) {
        return entrance == Entrance.SPOT ? "wss://stream.binance.com:9443" : "wss://fstream.binance.com";
    }

    /** The system property {@code live.timeout}, in seconds. */
    @Override
    Duration patience() {
        return Duration.ofSeconds(Long.getLong("live.timeout", 60));
    }

    @Override
    Duration window() {
        Duration third = patience().dividedBy(3);
        return third.compareTo(LONGEST_WINDOW) < 0 ? third : LONGEST_WINDOW;
    }
}
