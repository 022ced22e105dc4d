package io.firstline.testkit;

import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;

/** A simulated exchange that numbers its messages: {@code name 1}, {@code name 2} and so on in each stream. */
public final class CountingExchange implements AutoCloseable {
    private static final long EACH_MS = 2;

    private final Vertx vertx = Vertx.vertx();
    private final ExchangeSimulator simulator = ExchangeSimulator.create(
            vertx,
            SimulatorConfig.of().withMessagesPerSecond(0).withPingIntervalMs(0).withClientFramesPerSecond(0));
    private final AtomicInteger sent = new AtomicInteger();
    private long timer = -1;

    /** Starts an exchange that sends nothing yet. */
    public CountingExchange() {
        Await.result(simulator.start());
    }

    public String url(String path) {
        return simulator.url(path);
    }

    public ExchangeSimulator simulator() {
        return simulator;
    }

    /** Sends a message in each of these streams every two milliseconds from now on. */
    public void count(String... streams) {
        timer = vertx.setPeriodic(EACH_MS, t -> {
            int number = sent.incrementAndGet();
            for (String stream : streams) {
                simulator.emit(stream, stream + " " + number);
            }
        });
    }

    /** The number of the last message in each stream. */
    public int sent() {
        return sent.get();
    }

    /** Sends nothing more. */
    public void stop() {
        vertx.cancelTimer(timer);
    }

    @Override
    public void close() {
        stop();
        Await.result(simulator.close());
        Await.result(vertx.close());
    }
}
