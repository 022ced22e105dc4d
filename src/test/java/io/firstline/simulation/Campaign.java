package io.firstline.simulation;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Runs many worlds on two event loops, each seed once. */
final class Campaign {
    private static final int LOOPS = 2;
    private static final int SOME_FAILURES = 10;

    private final AtomicLong next;
    private final long to;
    private final Supplier<Sabotage> sabotage;
    private final int enoughFailures;
    private final Queue<AssertionError> failures = new ConcurrentLinkedQueue<>();

    private Campaign(long from, long to, Supplier<Sabotage> sabotage, int enoughFailures) {
        this.enoughFailures = enoughFailures;
        this.sabotage = sabotage;
        this.next = new AtomicLong(from);
        this.to = to;
    }

    /** Runs the worlds of these seeds and prints their totals. */
    static Life run(long from, long to) {
        long startNanos = System.nanoTime();
        Campaign campaign = new Campaign(from, to, () -> Sabotage.NONE, SOME_FAILURES);
        Life life;
        try {
            life = campaign.run();
        } finally {
            campaign.failures.forEach(failure -> System.out.println("[simulation] " + firstLine(failure)));
        }
        System.out.printf(
                Locale.ROOT,
                "[simulation] %s; seeds %d..%d, %.1f s%n",
                life,
                from,
                to,
                (System.nanoTime() - startNanos) / 1e9);
        return life;
    }

    /** Runs them with a sabotage, a new one for each world. */
    static void sabotaged(long from, long to, Supplier<Sabotage> sabotage) {
        new Campaign(from, to, sabotage, 1).run();
    }

    private Life run() {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(LOOPS)
                .setMaxEventLoopExecuteTime(1)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.HOURS));
        try {
            List<CompletableFuture<Life>> loops = new ArrayList<>();
            for (int i = 0; i < LOOPS; i++) {
                CompletableFuture<Life> loop = new CompletableFuture<>();
                loops.add(loop);
                nextWorld(
                        vertx,
                        ((io.vertx.core.internal.VertxInternal) vertx).createEventLoopContext(),
                        new Life(),
                        loop);
            }
            Life all = new Life();
            loops.forEach(loop -> all.add(loop.join()));
            if (!failures.isEmpty()) {
                throw failures.peek();
            }
            return all;
        } finally {
            vertx.close();
        }
    }

    private static String firstLine(AssertionError failure) {
        return failure.getMessage().lines().findFirst().orElse("");
    }

    /** Each world has a separate context on the loop of the one before it. */
    private void nextWorld(Vertx vertx, ContextInternal loop, Life life, CompletableFuture<Life> done) {
        long seed = next.getAndIncrement();
        if (seed > to || failures.size() >= enoughFailures) {
            done.complete(life);
            return;
        }
        loop.runOnContext(v -> {
            try {
                life.add(new World(seed, sabotage.get(), loop).live());
            } catch (AssertionError e) {
                failures.add(e);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
                return;
            }
            nextWorld(vertx, loop, life, done);
        });
    }
}
