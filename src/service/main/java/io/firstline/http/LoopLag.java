package io.firstline.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Measures how long a task waits on each event loop of this Vert.x: a message that arrives there waits as long. */
final class LoopLag {
    private final MeterRegistry registry;
    private final List<EventExecutor> loops = new ArrayList<>();
    private final List<Timer> timers = new ArrayList<>();

    LoopLag(Vertx vertx, MeterRegistry registry) {
        this.registry = registry;
        EventLoopGroup group = ((VertxInternal) vertx).nettyEventLoopGroup();
        for (EventExecutor loop : group) {
            loops.add(loop);
            timers.add(Timer.builder("firstline.event.loop.lag")
                    .description("Waiting time of a task on an event loop")
                    .tags(Tags.of("loop", Integer.toString(timers.size() + 1)))
                    .serviceLevelObjectives(
                            Duration.ofNanos(100_000),
                            Duration.ofMillis(1),
                            Duration.ofMillis(10),
                            Duration.ofMillis(100),
                            Duration.ofSeconds(1))
                    .register(registry));
        }
    }

    /** Submits one task to each event loop. */
    void measure() {
        for (int i = 0; i < loops.size(); i++) {
            Timer timer = timers.get(i);
            long asked = System.nanoTime();
            loops.get(i).execute(() -> timer.record(System.nanoTime() - asked, TimeUnit.NANOSECONDS));
        }
    }

    void close() {
        timers.forEach(registry::remove);
    }
}
