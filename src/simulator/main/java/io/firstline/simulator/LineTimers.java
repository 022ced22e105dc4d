package io.firstline.simulator;

import io.vertx.core.internal.ContextInternal;
import java.util.List;

/** The timed events of one connection: pings, the pong deadline, the maximum age, freezes, cuts. Event loop only. */
final class LineTimers {
    private final SimulatorConfig config;
    private final LineBehaviour behaviour;
    private final ServedConnection line;
    private final LoopTimer ping;
    private final LoopTimer pong;
    private final LoopTimer age;
    private final LoopTimer cut;
    private final LoopTimer freeze;
    private final LoopTimer thaw;
    private final LoopTimer closeGuard;

    LineTimers(ContextInternal context, ServedConnection line, SimulatorConfig config, LineBehaviour behaviour) {
        this.line = line;
        this.config = config;
        this.behaviour = behaviour;
        ping = new LoopTimer(context, this::ping);
        pong = new LoopTimer(context, line::pongMissing);
        age = new LoopTimer(context, () -> line.goAway("maximum age"));
        cut = new LoopTimer(context, () -> line.drop(CutKind.FIN));
        freeze = new LoopTimer(context, this::freeze);
        thaw = new LoopTimer(context, this::thaw);
        closeGuard = new LoopTimer(context, () -> line.drop(CutKind.FIN));
    }

    void start() {
        startAfter(ping, config.pingIntervalMs());
        startAfter(age, config.maxAgeMs());
        startAfter(cut, behaviour.cutAfterMs());
        startAfter(freeze, behaviour.freezeEveryMs());
    }

    void expectPong(long deadlineNs) {
        pong.atNs(deadlineNs);
    }

    void expectNoPong() {
        pong.cancel();
    }

    /** The connection is closing: only the deadline of its end remains. */
    void expectClose(long guardMs) {
        cancelAll();
        closeGuard.afterMs(guardMs);
    }

    void cancelAll() {
        List.of(ping, pong, age, cut, freeze, thaw, closeGuard).forEach(LoopTimer::cancel);
    }

    private static void startAfter(LoopTimer timer, int delayMs) {
        if (delayMs > 0) {
            timer.afterMs(delayMs);
        }
    }

    private void ping() {
        ping.afterMs(config.pingIntervalMs());
        line.ping();
    }

    private void freeze() {
        freeze.afterMs(behaviour.freezeEveryMs());
        thaw.afterMs(behaviour.freezeForMs());
        line.freeze(false);
    }

    private void thaw() {
        line.thaw(false);
    }
}
