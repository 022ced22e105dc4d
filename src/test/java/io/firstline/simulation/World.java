package io.firstline.simulation;

import io.firstline.feed.PoolInside;
import io.firstline.feed.report.FeedState;
import io.firstline.stream.Overflow;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.SplittableRandom;

/** One run of one pool, from one seed: it starts, faults happen and are repaired, it recovers, it is closed. */
final class World {
    private static final int LIFE_WITHOUT_FAULTS = 20;

    private final long seed;
    private final Plan plan;
    private final VirtualTime time;
    private final Trace trace;
    private final Exchange exchange;
    private final Judge judge;
    private final Faults faults;
    private final PoolInside inside;
    private final SplittableRandom random;
    private final Life life = new Life();
    private SlowReader reader;

    World(long seed, Sabotage sabotage, ContextInternal context) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.plan = Plan.draw(seed, random);
        this.time = new VirtualTime(random, plan.startNanos());
        this.trace = new Trace(time);
        this.exchange = new Exchange(time, plan, random.split(), trace);
        this.judge = new Judge(time, plan, exchange, trace, life);
        exchange.judge = judge;
        context.exceptionHandler(judge::thrown);
        this.inside = new PoolInside(
                context,
                sabotage.scheduler(time),
                sabotage.connector(exchange),
                sabotage.config(plan.config()),
                plan.trialMs());
        this.faults = new Faults(time, plan, random.split(), exchange, judge, trace, life, inside.pool());
        judge.watch(inside);
    }

    /** Runs the world within this call; called on the context of its creation. */
    Life live() {
        try {
            begin();
            runFor(plan.lengthNanos());
            recover();
            end();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "-Dfirstline.seed=" + seed + ", " + plan.family() + ", after " + trace.now() + ": " + e.getMessage()
                            + "\n" + plan + "\n" + trace,
                    e);
        }
        return life;
    }

    private void begin() {
        inside.pool().handler(judge::published).eventHandler(judge::event);
        Future<Void> started = inside.pool().start();
        if (random.nextInt(3) == 0) {
            reader = new SlowReader(
                    inside.pool().stream(
                            random.nextInt(1, 100), random.nextBoolean() ? Overflow.DROP_OLDEST : Overflow.DROP_NEWEST),
                    0,
                    random.nextInt(4));
            judge.add(reader);
        }
        if (plan.quietStart()) {
            started.onSuccess(v -> awaitWhole());
        } else {
            exchange.startEmitting();
            faults.begin();
        }
        settleEvery(Math.max(Plan.SECOND, Math.min(Plan.MINUTE, plan.faultGapNanos() / 4)));
    }

    private void awaitWhole() {
        if (inside.pool().state() != FeedState.CONNECTED) {
            time.in(100 * Plan.MS, this::awaitWhole);
            return;
        }
        time.in(
                2 * Plan.SECOND,
                () -> { // requested streams are subscribed by then
                    exchange.startEmitting();
                    faults.begin();
                });
    }

    private void settleEvery(long nanos) {
        time.in(nanos, () -> {
            if (inside.pool().state() != FeedState.CLOSED) {
                if (reader != null) {
                    reader.look();
                }
                judge.settle();
                if (random.nextInt(50) == 0) {
                    inside.pool().report().onSuccess(judge::compare);
                }
                settleEvery(nanos);
            }
        });
    }

    private void runFor(long nanos) {
        long until = time.nowNanos() + nanos;
        while (time.nextNanos() <= until) {
            time.step();
            judge.afterStep();
        }
        life.virtualNanos += nanos;
    }

    /** Waits long enough for half-open connections to be found and for a candidate's trial. */
    private void recover() {
        faults.end();
        exchange.endRepeats();
        if (plan.family() == Plan.Family.DENSE) {
            exchange.slowDown(100);
        }
        var connection = plan.config().connection();
        runFor(Plan.MINUTE
                + 2 * Plan.MS * connection.latencyPingIntervalMs()
                + Plan.MS * connection.connectTimeoutMs()
                + Plan.MS * connection.retry().capMs()
                + (connection.retry().connectsPer5Min() > 0 ? 5 * Plan.MINUTE : 0));
        judge.settled();
        judge.settle();
        inside.pool().report().onSuccess(judge::compare);
    }

    private void end() {
        judge.closing();
        exchange.stopEmitting();
        Future<Void> closed = inside.pool().close();
        long until = time.nowNanos()
                + plan.config().connection().connectTimeoutMs() * Plan.MS
                + LIFE_WITHOUT_FAULTS * Plan.SECOND;
        while (!time.isOver() && time.nextNanos() <= until) {
            time.step();
            judge.afterStep();
        }
        if (!closed.succeeded()) {
            throw new AssertionError("(7) close() does not end");
        }
        judge.over();
        life.evictions = judge.evictions();
        life.worlds = 1;
    }
}
