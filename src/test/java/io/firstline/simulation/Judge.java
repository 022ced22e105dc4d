package io.firstline.simulation;

import io.firstline.arbitration.report.LineFigures;
import io.firstline.feed.PoolInside;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.FeedState;
import io.firstline.stream.FeedMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Knows everything that happens in a world and compares it with the pool's promises: cheap checks after every step,
 * others at intervals. The numbers in its failures are those of the invariants in the design.
 */
final class Judge {
    private static final long WINDOW_NANOS = 5 * Plan.MINUTE;
    /** The longest time until a closed socket is cut, including a delayed event loop. */
    private static final long CLOSING_NANOS = 4 * Plan.SECOND;
    /** The longest time until everything sent has arrived on a healthy connection. */
    private static final long DELIVERED_NANOS = 6 * Plan.SECOND;

    private static final int ENOUGH_TO_LINE_UP = 20;
    static final int ENOUGH_TO_BE_SILENT = 10;
    private static final long FIRST_DATA_NANOS = 13 * Plan.SECOND;
    /**
     * Without another connection as evidence, a connection that answers nothing is replaced only after this silence.
     */
    private static final long ALONE_NANOS = 10 * Plan.SECOND;
    /**
     * A pool is degraded after its connections have answered nothing for this long; it checks at the interval below.
     */
    private static final long UNANSWERED_NANOS = 10 * Plan.SECOND;

    private static final long LOOK_NANOS = 250 * Plan.MS;
    /** Figures of a connection right after its own stall are no evidence. */
    private static final long AFTER_STALL_NANOS = 40 * Plan.SECOND;
    /** After failed candidates, a connection is not challenged for at most this long. */
    private static final long LONGEST_REST_NANOS = 330 * Plan.SECOND;

    private final VirtualTime time;
    private final Plan plan;
    private final Exchange exchange;
    private final Trace trace;
    private final Life life;
    private PoolInside inside;

    private AssertionError failure;
    private long changes;
    private long seenChanges;
    private int lastLive;
    private int lastInStep;
    private int ends;
    private int outOfSteps;
    private boolean closed;

    private long troubleNanos;
    private final Deque<Long> attempts = new ArrayDeque<>();
    private final Map<String, Integer> candidatesAt = new HashMap<>();
    private long abandonedNanos = Long.MIN_VALUE / 2;
    private int pending;
    private long pausedUntilNanos = Long.MIN_VALUE;
    private final Deque<Long> closings = new ArrayDeque<>();

    private long sequence;
    private long received;
    private final int[] youngest;
    private long orderedFromNanos = Long.MIN_VALUE;
    private final Deque<Message> unsettled = new ArrayDeque<>();

    private boolean degradedTold;
    /** When the last state without any answer for long began and ended. */
    private long unansweredFromNanos;

    private long unansweredUntilNanos = Long.MIN_VALUE / 2;
    private long connected;
    private long lost;
    private long evicted;
    private final Map<String, Long> dropped = new TreeMap<>();
    private final List<SlowReader> readers = new ArrayList<>();

    Judge(VirtualTime time, Plan plan, Exchange exchange, Trace trace, Life life) {
        this.time = time;
        this.plan = plan;
        this.exchange = exchange;
        this.trace = trace;
        this.life = life;
        this.youngest = new int[plan.streams()];
        Arrays.fill(youngest, -1);
    }

    void watch(PoolInside pool) {
        this.inside = pool;
        this.troubleNanos = time.nowNanos();
    }

    void add(SlowReader reader) {
        readers.add(reader);
    }

    /** The world closes the pool: losses from now on do not count. */
    void closing() {
        closed = true;
        changes++;
    }

    /** Fails the world: thrown at once, and kept in case it is caught. */
    private AssertionError broken(String rule) {
        if (failure == null) {
            failure = new AssertionError(rule);
        }
        throw failure;
    }

    void thrown(Throwable cause) {
        if (failure == null) {
            failure = new AssertionError("nobody caught " + cause, cause);
        }
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw broken(rule);
        }
    }

    /** For what is checked after every step: its text would cost more than the check. */
    private void require(boolean holds, Supplier<String> rule) {
        if (!holds) {
            throw broken(rule.get());
        }
    }

    // called by the world

    /** A fault begins or is repaired: recovery is measured from here. */
    void trouble() {
        troubleNanos = Math.max(troubleNanos, time.nowNanos());
    }

    void connecting(String connectionId) {
        changes++;
        long now = time.nowNanos();
        if (isBudgetSpent() && !attempts.isEmpty()) { // until now, perhaps
            troubleNanos = Math.max(troubleNanos, attempts.peekFirst() + WINDOW_NANOS);
        }
        while (!attempts.isEmpty() && attempts.peekFirst() - (now - WINDOW_NANOS) <= 0) {
            attempts.removeFirst();
        }
        int limit = plan.config().connection().retry().connectsPer5Min();
        require(
                limit == 0 || attempts.size() < limit,
                "(7) more than " + limit + " attempts to connect in five minutes");
        boolean dark = inside.live() == 0 && !attempts.isEmpty() && now - attempts.peekLast() >= Plan.MINUTE;
        require(now >= pausedUntilNanos || dark, "(7) an attempt to connect during the pause that the host asked for");
        attempts.addLast(now);
        pending++;
        require(pending <= 2 * plan.config().connections(), "(7) " + pending + " attempts to connect at the same time");
        candidatesAt.put(connectionId, inside.candidates());
        life.attempts++;
    }

    void attemptEnded() {
        pending--;
        changes++;
    }

    void paused(long nanos) {
        pausedUntilNanos = Math.max(pausedUntilNanos, time.nowNanos() + nanos);
        troubleNanos = Math.max(troubleNanos, pausedUntilNanos);
    }

    void opened(Wire wire) {
        changes++;
        wire.place = inside.place(wire.connectionId);
        if (wire.place == null) {
            return; // it was no longer wanted when it opened
        }
        if (wire.place.inStep()) {
            require(sequence == 0, "(2a) " + wire + " is in step as soon as it is open");
            wire.inStepNanos = time.nowNanos();
            unproven(wire);
        } else {
            wire.joinedInOutage = exchange.wires.stream().noneMatch(Judge::isLeading);
        }
        life.connections++;
    }

    /**
     * The connection leads without lining up. It lacks messages sent before it was subscribed, and nothing in their
     * bytes shows that they are older than what it delivers.
     */
    private void unproven(Wire wire) {
        wire.unproven = true;
        if (wire.subscribedNanos != Wire.NOT_YET) {
            orderedFromNanos = Math.max(orderedFromNanos, wire.subscribedNanos);
        }
    }

    void subscribed(Wire wire) {
        if (wire.unproven) {
            orderedFromNanos = Math.max(orderedFromNanos, wire.subscribedNanos);
        }
    }

    /** The server or the network ends a connection. */
    void remoteEnd(Wire wire, String how) {
        trace.note(how, wire);
        changes++;
        trouble();
        if (!wire.closedByUs && !wire.endTold) {
            ends++;
            lost += wire.place != null ? 1 : 0;
            wire.endTold = true;
        }
        truncate(wire);
    }

    private void truncate(Wire wire) {
        if (wire.half) {
            wire.half = false;
            drop("truncated");
        }
    }

    void closing(Wire wire, String reason) {
        trace.note("we close (" + reason + ")", wire);
        changes++;
        lastOneStays(wire);
        closings.addLast(time.nowNanos());
    }

    /** No decision of ours leaves the feed without a connection. */
    private void lastOneStays(Wire wire) {
        require(
                closed || inside.live() > 0 || lastLive == 0 || ends > 0,
                "(3) we end " + wire + ", which was the last live connection");
    }

    /** We end a connection without a close frame: only dead ones are treated so. */
    void cutting(Wire wire) {
        trace.note("we cut off", wire);
        changes++;
        closings.addLast(time.nowNanos());
        if (closed) {
            return;
        }
        truncate(wire);
        if (wire.closedByUs || wire.endTold) {
            return;
        }
        lastOneStays(wire);
        life.connections += wire.place == null ? 1 : 0; // opened in this step
        long silentNanos = time.nowNanos() - wire.lastFrameNanos;
        long pingNanos = plan.config().connection().latencyPingIntervalMs() * Plan.MS;
        require(
                wire.deaf || silentNanos >= Math.max(500 * Plan.MS, pingNanos * 9 / 10),
                "(3) " + wire + " given up though something came " + silentNanos / Plan.MS + " ms ago");
        ends++;
        lost++;
        trouble();
    }

    void gone(Wire wire) {
        changes++;
        closings.addLast(time.nowNanos());
        candidatesAt.remove(wire.connectionId);
        if (wire.place == null || closed) {
            return;
        }
        if (wire.joinedInOutage) {
            settleOwed(wire);
        }
        LineFigures figures = wire.place.figures();
        long accounted = figures.wins() + figures.lateCopies() + figures.unmatched();
        require(
                wire.data == accounted,
                "(4) " + wire + " delivered " + wire.data + " messages, but " + accounted + " are accounted for: "
                        + figures);
    }

    // messages

    void sent(Message message) {
        trace.note("sent", message);
        life.messages++;
        if (plan.family().calm && !plan.family().repeats) {
            unsettled.addLast(message);
        }
    }

    void deliveringOther(Wire wire, Frame frame) {
        if (wire.place == null || closed) {
            return;
        }
        wire.half = !frame.last();
        if (wire.half) {
            return;
        }
        if (frame.equals(Faults.NOT_UTF8)) {
            drop("not-utf8");
        } else if (frame.kind() == Frame.Kind.CONTINUATION) {
            drop("oversize");
        } else {
            counted(wire);
        }
    }

    private void drop(String cause) {
        dropped.merge(cause, 1L, Long::sum);
    }

    void delivering(Wire wire, Message message) {
        trace.note("delivered", new Delivered(message, wire));
        message.received++;
        if (wire.place != null && !closed) {
            counted(wire);
        }
    }

    private void counted(Wire wire) {
        received++;
        wire.data++;
        wire.lastDataNanos = time.nowNanos();
    }

    private record Delivered(Message message, Wire wire) {
        @Override
        public String toString() {
            return message + " on " + wire;
        }
    }

    void delivered(Wire wire, Message message) {
        life.copies++;
        if (closed || wire.place == null) {
            return;
        }
        if (wire.place.inStep()) {
            require(
                    message.published > 0,
                    "(1) " + message + " came on " + wire + ", which is in step, and is not published");
        } else if (wire.joinedInOutage) {
            wire.owed.add(message);
        }
    }

    private void settleOwed(Wire wire) {
        for (Message message : wire.owed) {
            require(
                    message.published > 0,
                    "(1) " + message + " came on " + wire
                            + ", which joined when nobody was in step, and is not published");
        }
        wire.owed.clear();
        wire.joinedInOutage = false;
    }

    void published(FeedMessage publication) {
        require(
                publication.sequence() == ++sequence,
                "(1) number " + publication.sequence() + " follows " + (sequence - 1));
        int number = Message.numberIn(publication.payload());
        if (number < 0) {
            return; // an ack of this connection
        }
        Message message = exchange.messages.get(number);
        trace.note(publication.late() ? "published late" : "published", message);
        require(message.received > 0, "(1) " + message + " is published and was never delivered");
        message.published++;
        if (message.published > message.sent && !isForgotten(message, publication.late())) {
            throw broken("(1) " + message + " is published " + message.published + " times and was sent " + message.sent
                    + " times");
        }
        message.publishedAt = sequence;
        message.publishedNanos = time.nowNanos();
        if (!plan.family().repeats) {
            order(message, publication.late());
        }
    }

    /**
     * With no other connection in step, all messages of a connection that was away for longer than the history lasts
     * count as new.
     */
    private boolean isForgotten(Message message, boolean late) {
        boolean forgotten = sequence - message.publishedAt >= plan.config().hashCapacity()
                || time.nowNanos() - message.publishedNanos > plan.config().historyMs() * Plan.MS;
        boolean excused = late && forgotten && !plan.family().calm;
        life.forgotten += excused ? 1 : 0;
        return excused;
    }

    private void order(Message message, boolean late) {
        if (message.number > youngest[message.stream]) {
            youngest[message.stream] = message.number;
            life.flaggedInVain += late ? 1 : 0;
        } else if (late) {
            life.late++;
        } else if (message.published == 1) {
            // when all connections come and go, the younger of two messages is not known at once either
            boolean unknown = message.sentNanos <= orderedFromNanos
                    || message.skipped
                    || plan.mixesStreams()
                    || !plan.family().calm;
            boolean excused = unknown
                    && time.nowNanos() - overtakenNanos(message)
                            <= plan.config().skewMs() * Plan.MS;
            require(
                    excused,
                    "(2) " + message + " is published after #" + youngest[message.stream] + ", "
                            + (time.nowNanos() - overtakenNanos(message)) / Plan.MS
                            + " ms after the first younger one, and not flagged late");
            life.disordered++;
        }
    }

    /** Returns when the first younger message of its stream was published. */
    private long overtakenNanos(Message message) {
        long first = Long.MAX_VALUE;
        for (int number = message.number + 1; number <= youngest[message.stream]; number++) {
            Message younger = exchange.messages.get(number);
            if (younger.stream == message.stream && younger.published > 0) {
                first = Math.min(first, younger.publishedNanos);
            }
        }
        return first;
    }

    // events

    void event(FeedEvent event) {
        changes++;
        trace.note(event.type().label(), event.toJson());
        switch (event.type()) {
            case CONNECTED -> connected++;
            case DISCONNECTED -> require(!closed, "(8) reported a loss after it was closed");
            case DEGRADED -> {
                String state = event.toJson().getString("state");
                require(
                        inside.live() < plan.config().connections()
                                || inside.unansweredNanos(time.nowNanos()) >= UNANSWERED_NANOS,
                        "(8) reported degraded and is whole");
                require(state.equals(inside.pool().state().name()), "(8) reported " + state);
                degradedTold = true;
            }
            case RECOVERED -> {
                require(degradedTold, "(8) reported recovered without degraded before");
                require(inside.live() == plan.config().connections(), "(8) reported recovered and is not whole");
                degradedTold = false;
            }
            case IN_STEP -> {
                Wire wire = wire(event.toJson().getString("connection"));
                if (wire != null) {
                    wire.inStepNanos = time.nowNanos();
                }
                if (wire != null && event.toJson().getBoolean("alone")) {
                    leadsAlone(wire);
                }
            }
            case OUT_OF_STEP -> outOfSteps++;
            case LINES_DIFFER ->
                require(false, "(8) reported that lines differ, which they never do: " + event.toJson());
            case STREAM_SILENT -> {
                Wire wire = wire(event.toJson().getString("connection"));
                if (wire != null) {
                    wire.silenceTold = true;
                }
            }
            case EVICTION_ABANDONED -> abandonedNanos = time.nowNanos();
            case EVICTED -> evicted(event);
            default -> {}
        }
    }

    /** A connection may lead alone if none is in step, or if those in step were silent for a second. */
    private void leadsAlone(Wire wire) {
        for (Wire other : exchange.wires) {
            if (other != wire && isLeading(other)) {
                require(
                        time.nowNanos() - other.lastDataNanos >= Plan.SECOND,
                        "(2a) " + wire + " leads alone beside " + other);
            }
        }
        unproven(wire);
        Arrays.fill(
                youngest,
                -1); // as the event says: bytes do not show whether its messages are older than published ones
    }

    private static boolean isLeading(Wire wire) {
        return wire.place != null && wire.place.isTracked() && wire.place.inStep();
    }

    /** A path with seconds of delay delivers nothing for as long, and looks like a dead one. */
    private boolean isStandingStill(Wire old, FeedEvent event) {
        return event.toJson().getString("reason").equals("silent while others deliver")
                && time.nowNanos() - old.lastFrameNanos >= Plan.SECOND;
    }

    private void evicted(FeedEvent event) {
        evicted++;
        Wire replacement = wire(event.toJson().getString("replacement"));
        require(replacement != null && replacement.place.isPlaced(), "(3) evicted for a connection that is not open");
        Wire old = wire(event.toJson().getString("connection"));
        boolean answersInstead = event.toJson().getString("reason").equals("half-open")
                && replacement.ponged
                && time.nowNanos() - old.lastFrameNanos >= ALONE_NANOS;
        require(
                replacement.place.inStep() || answersInstead,
                "(3) evicted for " + replacement + ", which is not in step");
        outOfSteps += old.place.inStep() && !replacement.place.inStep() ? 1 : 0;
        require(
                inside.live() == plan.config().connections()
                        || !old.isWhole()
                        || !old.place.inStep()
                        || isStandingStill(old, event)
                        || event.toJson().getString("reason").equals("age, overdue"),
                "(3) " + old + " evicted while another slot is empty, and it delivers");
        if (event.toJson().getString("reason").startsWith("age")) {
            require(candidatesAt.get(replacement.connectionId) == 1, "(3) rotated while others were being replaced");
        }
    }

    private Wire wire(String connectionId) {
        for (Wire wire : exchange.wires) {
            if (wire.connectionId.equals(connectionId)) {
                return wire;
            }
        }
        return null;
    }

    // after every step

    void afterStep() {
        if (failure != null) {
            throw failure;
        }
        life.steps++;
        if (closed) {
            return;
        }
        int live = inside.live();
        FeedState state = inside.pool().state();
        long unansweredNanos = inside.unansweredNanos(time.nowNanos());
        if (unansweredNanos >= UNANSWERED_NANOS) {
            unansweredUntilNanos = time.nowNanos();
        } else {
            unansweredFromNanos = time.nowNanos();
        }
        require(
                state == expected(live, state),
                () -> "(8) " + live + " of " + plan.config().connections() + " live, unanswered for "
                        + unansweredNanos / Plan.MS + " ms, and " + state);
        if (state != FeedState.CONNECTED
                && time.nowNanos() - unansweredUntilNanos > LOOK_NANOS // until then it is degraded without answers
                && exchange.door == Exchange.Door.OPEN
                && time.nowNanos() - troubleNanos > recoveryNanos()) {
            require(
                    isBudgetSpent(),
                    "(8) nothing is wrong for " + recoveryNanos() / Plan.SECOND + " s and still " + state);
        }
        if (changes != seenChanges) {
            seenChanges = changes;
            afterChange(live);
        }
    }

    private FeedState expected(int live, FeedState state) {
        if (live == 0) {
            return state == FeedState.STARTING ? FeedState.STARTING : FeedState.DISCONNECTED;
        }
        if (live < plan.config().connections()) {
            return FeedState.DEGRADED;
        }
        boolean is = time.nowNanos() - unansweredFromNanos > LOOK_NANOS;
        boolean was = time.nowNanos() - unansweredUntilNanos <= LOOK_NANOS;
        return is || (was && state == FeedState.DEGRADED) ? FeedState.DEGRADED : FeedState.CONNECTED;
    }

    private void afterChange(int live) {
        int inStep = inside.inStep();
        require(
                live >= lastLive - ends,
                "(3) live connections went from " + lastLive + " to " + live + " by our own doing");
        require(
                inStep >= lastInStep - ends - outOfSteps,
                "(3) connections in step went from " + lastInStep + " to " + inStep + " by our own doing");
        lastLive = live;
        lastInStep = inStep;
        ends = 0;
        outOfSteps = 0;
        boolean anyLeads = exchange.wires.stream().anyMatch(Judge::isLeading);
        for (Wire wire : exchange.wires) {
            require(
                    anyLeads || wire.data == 0 || wire.place == null || !wire.place.isTracked(),
                    "(2a) nobody leads though " + wire + " delivers");
            if (wire.joinedInOutage && wire.place != null && wire.place.inStep()) {
                settleOwed(wire);
            }
        }
    }

    /** A hanging attempt, the longest back-off, and a successful attempt. */
    private long recoveryNanos() {
        var connection = plan.config().connection();
        return ((long) connection.connectTimeoutMs() + connection.retry().capMs()) * Plan.MS
                + 6 * plan.delayNanos()
                + 5 * Plan.SECOND;
    }

    private boolean isBudgetSpent() {
        int limit = plan.config().connection().retry().connectsPer5Min();
        long recent = attempts.stream()
                .filter(at -> time.nowNanos() - at < WINDOW_NANOS + recoveryNanos())
                .count();
        int reserved = limit / 3; // for a feed without any connection
        int unseen = 3 + limit / 30; // attempts that were given up before they began
        return limit > 0 && recent >= limit - reserved - unseen;
    }

    /** Attempts that can wait get no budget. */
    private boolean isSpareSpent() {
        int limit = plan.config().connection().retry().connectsPer5Min();
        return (limit > 0 && attempts.size() >= limit - limit / 3 - limit / 6) || time.nowNanos() < pausedUntilNanos;
    }

    // at intervals

    /** Whether another connection still delivers everything when this one does not. */
    boolean isSpare(Wire wire) {
        return spares(wire) > 0;
    }

    /** The number of other connections that do. */
    int spares(Wire wire) {
        int spares = 0;
        for (Wire other : exchange.wires) {
            boolean brings = other != wire
                    && other.isWhole()
                    && other.place != null
                    && other.place.isPlaced()
                    && other.place.inStep();
            spares += brings ? 1 : 0;
        }
        return spares;
    }

    void settle() {
        if (closed) {
            return;
        }
        long now = time.nowNanos();
        while (!closings.isEmpty() && now - closings.peekFirst() > CLOSING_NANOS) {
            closings.removeFirst();
        }
        int timers = 8 + 4 * plan.config().connections() + exchange.wires.size() + closings.size();
        require(time.timers() <= timers, "(7) " + time.timers() + " timers");
        for (Wire wire : exchange.wires) {
            settle(wire, now);
        }
        while (!unsettled.isEmpty() && now - unsettled.peekFirst().sentNanos > DELIVERED_NANOS) {
            Message message = unsettled.removeFirst();
            require(
                    message.published == 1,
                    "(1) " + message + " is lost though a connection in step was whole all the time");
        }
        for (SlowReader reader : readers) {
            reader.check(sequence);
        }
    }

    private void settle(Wire wire, long now) {
        boolean tracked = wire.place != null && wire.place.isTracked();
        if (!tracked || wire.closedByUs) {
            wire.leftNanos = wire.leftNanos == Wire.NOT_YET ? now : wire.leftNanos;
            require(now - wire.leftNanos <= CLOSING_NANOS, "(7) " + wire + " is not closed and not cut");
            return;
        }
        if (wire.lostToClient && wire.ponged) {
            long boundNanos = 2 * Plan.MS * plan.config().connection().latencyPingIntervalMs()
                    + 8 * (wire.delayNanos + wire.slowedByNanos)
                    + 5 * Plan.SECOND;
            boolean excused = isSpareSpent() || now - abandonedNanos < LONGEST_REST_NANOS || !isWitnessed(wire, now);
            require(
                    now - wire.brokenSinceNanos <= boundNanos
                            || wire.place.isContested()
                            || !wire.place.isPlaced()
                            || excused,
                    "(8) " + wire + " is half-open and not given up");
        }
        if (plan.family().calm
                && wire.muted
                && wire.ponged
                && wire.enoughMissedNanos != Wire.NOT_YET
                && now - wire.enoughMissedNanos > FIRST_DATA_NANOS
                && now - wire.openedNanos > FIRST_DATA_NANOS) {
            boolean excused = isSpareSpent() || now - abandonedNanos < LONGEST_REST_NANOS;
            require(
                    wire.silenceTold || wire.place.isContested() || wire.place.isCandidate() || excused,
                    "(8) " + wire + " delivers nothing of what others deliver, and is not replaced");
        }
        if (plan.family().calm && wire.isWhole() && wire.outOfStep > ENOUGH_TO_LINE_UP && !plan.family().repeats) {
            long heardNanos = now - wire.outOfStepSinceNanos;
            require(
                    wire.place.inStep() || heardNanos < plan.config().joinGuardMs() * Plan.MS + 30 * Plan.SECOND,
                    "(2a) " + wire + " delivers and does not get in step");
        }
    }

    /** Whether another connection was alive all the time, which shows that the path works. */
    private boolean isWitnessed(Wire wire, long now) {
        for (Wire other : exchange.wires) {
            if (other != wire
                    && other.isWhole()
                    && isLeading(other)
                    && other.place.isPlaced()
                    && other.inStepNanos < wire.lastFrameNanos
                    && now - other.stoodStillNanos > AFTER_STALL_NANOS) {
                return true;
            }
        }
        return false;
    }

    /** Compares the feed's figures. */
    void compare(FeedReport report) {
        require(report.published() == sequence, "(4) published " + report.published() + ", not " + sequence);
        require(report.copies() == received, "(4) copies " + report.copies() + ", not " + received);
        require(report.evictions() == evicted, "(4) evictions " + report.evictions() + ", not " + evicted);
        require(report.lost() == lost, "(4) lost " + report.lost() + ", not " + lost);
        long full = readers.stream().mapToLong(SlowReader::dropped).sum();
        if (full > 0) {
            dropped.put("consumer-full", full);
        }
        require(report.dropped().equals(dropped), "(4) dropped " + report.dropped() + ", not " + dropped);
    }

    long evictions() {
        return evicted;
    }

    /** All faults have been over for long enough. */
    void settled() {
        require(
                inside.pool().state() == FeedState.CONNECTED,
                "(8) all is well for long and " + inside.pool().state());
        if (plan.family() == Plan.Family.REPEATING) {
            repeated();
        }
        require(pending == 0 || inside.candidates() > 0, "(7) " + pending + " attempts to connect for nobody");
    }

    /** A repeat may be taken for an earlier message on a line that has just joined, but very rarely. */
    private void repeated() {
        long repeats = 0;
        long absorbed = 0;
        for (Message message : exchange.messages) {
            if (time.nowNanos() - message.sentNanos > DELIVERED_NANOS) {
                require(message.published > 0 || message.carried == 0, "(1) " + message + " is lost");
                repeats += message.sent - 1;
                absorbed += message.sent - message.published;
            }
        }
        require(absorbed <= 3 + repeats / 200, "(1) of " + repeats + " repeats " + absorbed + " are missing");
        life.absorbed += absorbed;
    }

    /** The pool is closed and has left nothing behind. */
    void over() {
        require(exchange.wires.isEmpty(), "(7) closed, and still open: " + exchange.wires);
        require(time.timers() == 0, "(7) closed, and " + time.timers() + " timers are running");
        require(
                connected == life.connections,
                "(8) reported " + connected + " connections, there were " + life.connections);
    }
}
