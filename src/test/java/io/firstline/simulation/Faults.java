package io.firstline.simulation;

import io.firstline.feed.WsPool;
import io.firstline.simulation.Exchange.Door;
import io.firstline.simulation.Frame.Kind;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.SplittableRandom;

/** Injects faults, one after another. A calm world always keeps one connection in step without a fault. */
final class Faults {
    static final Frame NOT_UTF8 = new Frame(Kind.TEXT, Buffer.buffer(new byte[] {'a', (byte) 0xC3, '('}), true);
    private static final Buffer HALF_OF_TOO_MUCH = Buffer.buffer(new byte[600]);
    private static final Door[] CLOSED_DOORS = {
        Door.REFUSING,
        Door.UNRESOLVED,
        Door.TOO_MANY_REQUESTS,
        Door.UNAVAILABLE,
        Door.NOT_ANSWERING,
        Door.UPGRADE_NOT_ANSWERED,
        Door.FLAPPING,
        Door.DEAF
    };
    private static final int[] CODES = {1000, 1001, 1008, 1011, 1012, 4000};

    private final VirtualTime time;
    private final Plan plan;
    private final SplittableRandom random;
    private final Exchange exchange;
    private final Judge judge;
    private final Trace trace;
    private final Life life;
    private final WsPool pool;
    private boolean over;

    Faults(
            VirtualTime time,
            Plan plan,
            SplittableRandom random,
            Exchange exchange,
            Judge judge,
            Trace trace,
            Life life,
            WsPool pool) {
        this.time = time;
        this.plan = plan;
        this.random = random;
        this.exchange = exchange;
        this.judge = judge;
        this.trace = trace;
        this.life = life;
        this.pool = pool;
    }

    void begin() {
        time.in((long) (plan.faultGapNanos() * (0.1 + 1.8 * random.nextDouble())), () -> {
            if (!over) {
                strike();
                begin();
            }
        });
    }

    /** Injects no further faults and repairs all, except those that only the pool can repair. */
    void end() {
        over = true;
        exchange.door = Door.OPEN;
        for (Wire wire : List.copyOf(exchange.wires)) {
            wire.slowedByNanos = 0;
            if (wire.frozen) {
                wire.thaw();
            }
        }
        judge.trouble();
    }

    /** A typical duration of a fault. */
    private long whileNanos(double share) {
        return 1 + (long) (random.nextDouble() * share * plan.faultGapNanos());
    }

    private void strike() {
        life.faults++;
        judge.trouble();
        switch (random.nextInt(20)) {
            case 0 -> time.stall(random.nextLong(1_500 * Plan.MS));
            case 1 -> time.stepEpoch(random.nextLong(-300_000_000, 300_000_000));
            case 2 -> shutDoor();
            case 3 -> massacre();
            case 5, 6 -> {
                if (plan.family() == Plan.Family.OUTAGES) {
                    massacre();
                } else {
                    strikeOne();
                }
            }
            case 4 -> pool.evict("p-" + random.nextInt(1, 100)).otherwiseEmpty();
            default -> strikeOne();
        }
    }

    private Wire any() {
        List<Wire> wires = List.copyOf(exchange.wires);
        return wires.isEmpty() ? null : wires.get(random.nextInt(wires.size()));
    }

    private void strikeOne() {
        Wire wire = any();
        if (wire == null) {
            return;
        }
        if (random.nextInt(6) == 0) {
            annoy(wire);
        } else if (!plan.family().calm || judge.isSpare(wire)) {
            strike(wire);
        }
    }

    /** Faults that cost no message. */
    private void annoy(Wire wire) {
        switch (random.nextInt(4)) {
            case 0 -> wire.send(NOT_UTF8);
            case 1 -> {
                if (!plan.mixesStreams()) { // nothing may arrive in between
                    wire.send(new Frame(Kind.TEXT, HALF_OF_TOO_MUCH, false));
                    wire.send(new Frame(Kind.CONTINUATION, HALF_OF_TOO_MUCH, true));
                }
            }
            case 2 -> pool.evict(wire.connectionId).otherwiseEmpty();
            default -> {
                trace.note("slow", wire);
                wire.slowedByNanos = random.nextLong(plan.family().calm ? Plan.SECOND : 3 * Plan.SECOND);
                time.in(whileNanos(2), () -> wire.slowedByNanos = 0);
            }
        }
    }

    private void strike(Wire wire) {
        switch (random.nextInt(10)) {
            case 0, 1 -> wire.reset();
            case 2 -> {
                if (random.nextBoolean() && !plan.mixesStreams()) {
                    wire.sendHalf();
                }
                wire.finish();
            }
            case 3, 4 -> wire.close(CODES[random.nextInt(CODES.length)], random.nextInt(4) > 0);
            case 5, 6 -> freeze(wire);
            case 7 -> {
                trace.note("half-open", wire);
                wire.brokenSinceNanos = time.nowNanos();
                wire.lostToClient = true;
                wire.lostToServer = random.nextBoolean();
            }
            case 8 -> {
                trace.note("muted", wire);
                wire.brokenSinceNanos = time.nowNanos();
                wire.muted = true;
            }
            default -> {
                trace.note("answers no pings", wire);
                wire.answersPings = false;
            }
        }
    }

    private void freeze(Wire wire) {
        trace.note("frozen", wire);
        wire.frozen = true;
        time.in(whileNanos(0.5), () -> {
            trace.note("thawed", wire);
            judge.trouble();
            wire.thaw();
        });
    }

    private void shutDoor() {
        exchange.door = CLOSED_DOORS[random.nextInt(CLOSED_DOORS.length)];
        exchange.retryAfterSeconds = random.nextInt(4) == 0 ? 0 : random.nextInt(1, 60);
        trace.note("the door is", exchange.door);
        time.in(whileNanos(1), () -> {
            trace.note("the door is open", null);
            exchange.door = Door.OPEN;
            judge.trouble();
        });
    }

    /** Cuts all connections, or all but one. */
    private void massacre() {
        boolean behindClosedDoors = random.nextBoolean();
        if (behindClosedDoors) {
            shutDoor();
        }
        for (Wire wire : List.copyOf(exchange.wires)) {
            if (!plan.family().calm || judge.isSpare(wire)) {
                wire.reset();
            }
        }
    }
}
