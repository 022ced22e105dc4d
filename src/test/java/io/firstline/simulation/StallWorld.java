package io.firstline.simulation;

import io.firstline.config.RankBy;
import io.firstline.config.RetryConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.feed.PoolInside;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedState;
import io.firstline.simulation.Exchange.Door;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One pool on paths that stall, from one seed: some connections or all, for 0.1 to 60 seconds, with or without new
 * connections getting through, while the server closes some. TCP loses nothing: sent messages arrive afterwards, in
 * order, at once. A plain client on any of these connections would have everything, and so must the pool.
 */
final class StallWorld {
    /** Longer than the pool remembers a connection that does not recover. */
    private static final long RECOVERY_NANOS = 3 * Plan.MINUTE;

    private final long seed;
    private final SplittableRandom random;
    private final Plan plan;
    private final VirtualTime time;
    private final Trace trace;
    private final Exchange exchange;
    private final Judge judge;
    private final PoolInside inside;
    private long evictions;
    private long lost;
    private boolean watching;
    private final List<String> reasons = new ArrayList<>();

    StallWorld(long seed, ContextInternal context) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.plan = draw(random);
        this.time = new VirtualTime(random, random.nextLong(Plan.HOUR));
        this.trace = new Trace(time);
        this.exchange = new Exchange(time, plan, random.split(), trace);
        Life life = new Life();
        this.judge = new Judge(time, plan, exchange, trace, life);
        exchange.judge = judge;
        exchange.alike = true; // so that only a stall makes one of them slow
        context.exceptionHandler(judge::thrown);
        this.inside = new PoolInside(context, time, exchange, plan.config(), plan.trialMs());
        judge.watch(inside);
    }

    private static Plan draw(SplittableRandom random) {
        long gapNanos = random.nextLong(20 * Plan.MS, 2 * Plan.SECOND);
        WsConnectionConfig connection = WsConnectionConfig.of("wss://exchange.test/ws")
                .withLatencyPingIntervalMs(random.nextInt(3) == 0 ? random.nextInt(1_000, 20_000) : 1_000)
                .withConnectTimeoutMs(random.nextInt(1_000, 5_000))
                .withOnConnect(List.of("{\"op\":\"subscribe\"}"))
                .withRetry(new RetryConfig(250, random.nextInt(1_000, 30_000), 10_000, random.nextBoolean() ? 0 : 300));
        WsPoolConfig config = WsPoolConfig.of(connection)
                .withConnections(random.nextInt(2, 7))
                .withEvictIntervalMs(random.nextInt(2_000, 60_000))
                .withRankBy(random.nextBoolean() ? RankBy.LAG : RankBy.LATENCY)
                .withHistoryMs(300_000)
                .withMaxAgeMs(random.nextInt(3) == 0 ? random.nextInt(60_000, 600_000) : 0);
        return new Plan(
                Plan.Family.OUTAGES,
                config,
                Math.max(30_000, config.evictIntervalMs()),
                0,
                gapNanos,
                Plan.MINUTE,
                random.nextInt(1, 4),
                true,
                false,
                false,
                random.nextLong(5, 60) * Plan.MS,
                0);
    }

    /** The totals of the world. */
    record Story(long stalls, long messages, long lost, long evictionsAfterCommonStalls, long endsAfterCommonStalls) {
        Story plus(Story other) {
            return new Story(
                    stalls + other.stalls,
                    messages + other.messages,
                    lost + other.lost,
                    evictionsAfterCommonStalls + other.evictionsAfterCommonStalls,
                    endsAfterCommonStalls + other.endsAfterCommonStalls);
        }
    }

    Story live() {
        try {
            return lived();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "-Dfirstline.seed=" + seed + " after " + trace.now() + ": " + e.getMessage() + "\n" + plan + "\n"
                            + trace,
                    e);
        }
    }

    private Story lived() {
        inside.pool().handler(judge::published).eventHandler(event -> {
            judge.event(event);
            if (watching && event.type() == FeedEvent.Type.EVICTED) {
                String reason = event.toJson().getString("reason");
                evictions += reason.startsWith("age") ? 0 : 1;
                reasons.add(reason);
            } else if (watching && event.type() == FeedEvent.Type.DISCONNECTED) {
                lost += isCandidate(event.toJson().getString("connection")) ? 0 : 1;
            }
        });
        inside.pool().start();
        runFor(5 * Plan.SECOND);
        exchange.startEmitting();
        runFor(random.nextLong(5, 30) * Plan.SECOND);
        int stalls = random.nextInt(1, 4);
        for (int i = 0; i < stalls; i++) {
            stall();
        }
        exchange.stopEmitting();
        runFor(10 * Plan.SECOND);
        require(
                inside.pool().state() == FeedState.CONNECTED,
                "all is well and " + inside.pool().state());
        for (Message message : exchange.messages) {
            require(
                    message.carried == 0 || message.published == 1,
                    message + " was published " + message.published + " times, TCP would have delivered it on "
                            + message.carried + " connections");
        }
        judge.closing();
        inside.pool().close();
        return new Story(stalls, exchange.messages.size(), 0, evictions, lost);
    }

    /**
     * All paths stall again and again, for long enough to be reported, and at last for two minutes.
     *
     * @return the time between reports that the feed is degraded
     */
    List<Long> flutter(int stalls) {
        List<Long> reported = new ArrayList<>();
        inside.pool().handler(judge::published).eventHandler(event -> {
            judge.event(event);
            if (event.type() == FeedEvent.Type.DEGRADED) {
                reported.add(time.nowNanos());
            }
        });
        inside.pool().start();
        runFor(5 * Plan.SECOND);
        exchange.startEmitting();
        runFor(10 * Plan.SECOND);
        for (int i = 0; i <= stalls; i++) {
            List<Wire> wires = List.copyOf(exchange.wires);
            judge.trouble();
            wires.forEach(wire -> wire.frozen = true);
            exchange.door = Door.NOT_ANSWERING;
            runFor((i < stalls ? 14 : 120) * Plan.SECOND);
            exchange.door = Door.OPEN;
            judge.trouble();
            wires.forEach(Wire::thaw);
            runFor(2 * Plan.SECOND);
        }
        judge.closing();
        inside.pool().close();
        List<Long> between = new ArrayList<>();
        for (int i = 1; i < reported.size(); i++) {
            between.add(reported.get(i) - reported.get(i - 1));
        }
        return between;
    }

    private boolean isCandidate(String connectionId) {
        return exchange.wires.stream()
                .anyMatch(wire -> wire.connectionId.equals(connectionId) && wire.place.isCandidate());
    }

    private void stall() {
        List<Wire> wires = new ArrayList<>(List.copyOf(exchange.wires));
        boolean all = random.nextBoolean();
        if (!all) {
            shuffle(wires);
            wires = wires.subList(0, random.nextInt(1, wires.size() + 1));
        }
        // from a tenth of a second to a minute, short ones as often as long ones
        long nanos = (long) (100 * Plan.MS * Math.pow(600, random.nextDouble()));
        boolean newOnesToo = all && random.nextInt(3) > 0;
        boolean oneAfterTheOther = random.nextInt(3) == 0;
        boolean serverCloses = random.nextInt(3) == 0;
        trace.note("stall of " + wires.size() + " for " + nanos / Plan.MS + " ms, new ones too: " + newOnesToo, null);
        judge.trouble();
        wires.forEach(wire -> wire.frozen = true);
        exchange.door = newOnesToo ? Door.NOT_ANSWERING : Door.OPEN;
        if (serverCloses) {
            for (Wire wire : wires) {
                if (random.nextBoolean()) {
                    time.in(random.nextLong(nanos), () -> {
                        if (random.nextBoolean()) {
                            wire.close(1001, true);
                        } else {
                            wire.finish();
                        }
                    });
                }
            }
        }
        watching = newOnesToo && !oneAfterTheOther && !serverCloses;
        runFor(nanos);
        exchange.door = Door.OPEN;
        judge.trouble();
        for (Wire wire : wires) {
            // TCP's timers double: the last connection may take as long again as the stall lasted
            time.in(oneAfterTheOther ? random.nextLong(nanos) : random.nextLong(20 * Plan.MS), () -> {
                judge.trouble();
                wire.thaw();
            });
        }
        runFor(Math.max(5 * Plan.SECOND, nanos));
        if (watching) {
            require(evictions == 0, "evicted after a stall common to all: " + reasons);
            require(lost == 0, "connections ended after a stall common to all: " + lost);
        }
        watching = false;
        judge.trouble();
        runFor(RECOVERY_NANOS);
    }

    private void shuffle(List<Wire> wires) {
        for (int i = wires.size() - 1; i > 0; i--) {
            Collections.swap(wires, i, random.nextInt(i + 1));
        }
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule);
        }
    }

    private void runFor(long nanos) {
        long until = time.nowNanos() + nanos;
        while (time.nextNanos() <= until) {
            time.step();
            judge.afterStep();
        }
        time.stall(Math.max(0, until - time.nowNanos()));
    }
}
