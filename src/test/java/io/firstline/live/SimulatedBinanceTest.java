package io.firstline.live;

import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.Jitter;
import io.firstline.simulator.LineBehaviour;
import io.firstline.simulator.SimulatorConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/** Group 5 against the embedded exchange: in every build. */
class SimulatedBinanceTest extends BinanceStreams {
    private ExchangeSimulator exchange;

    @Override
    void open(Vertx on) {
        exchange = ExchangeSimulator.create(
                on,
                SimulatorConfig.of()
                        .withMessagesPerSecond(1_000)
                        .withLines(List.of(
                                LineBehaviour.perfect().withDelayMs(2).withJitter(Jitter.EXPONENTIAL, 2),
                                LineBehaviour.perfect().withDelayMs(1).withJitter(Jitter.EXPONENTIAL, 1),
                                LineBehaviour.perfect().withDelayMs(3).withJitter(Jitter.UNIFORM, 3),
                                LineBehaviour.perfect().withDelayMs(2).withJitter(Jitter.LOG_NORMAL, 1))));
        Reached.get(exchange.start());
    }

    @Override
    void close() {
        Reached.get(exchange.close());
    }

    @Override
    String base(Entrance entrance) {
        return exchange.url("");
    }

    @Override
    Duration patience() {
        return Duration.ofSeconds(20);
    }

    @Override
    Duration window() {
        return Duration.ofSeconds(2);
    }
}
