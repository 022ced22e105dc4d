package io.firstline.feed;

import io.firstline.arbitration.StreamFigures;
import io.firstline.connection.PingTracker;
import io.firstline.feed.message.StreamWatch;
import io.firstline.feed.report.ArrivalReport;
import io.firstline.feed.report.ConnectionReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** The feed's slots, its open connections, and the last that ended. Runs on the feed's context. */
final class SlotTable {
    private static final int REMEMBERED_GONE = 64;

    private final List<ConnectionSlot> slots = new ArrayList<>();
    /** Slots that the feed fills only if it grows. */
    private final List<ConnectionSlot> spare = new ArrayList<>();
    /** Replaced at each change: it is read far more often. */
    private List<PooledConnection> open = List.of();

    private final Deque<ConnectionReport> gone = new ArrayDeque<>();

    void add(ConnectionSlot slot) {
        slots.add(slot);
    }

    void addSpare(ConnectionSlot slot) {
        spare.add(slot);
    }

    List<ConnectionSlot> slots() {
        return slots;
    }

    /** Returns the filled slot of this number. */
    ConnectionSlot numbered(int number) {
        return slots.stream()
                .filter(slot -> slot.number() == number)
                .findFirst()
                .orElseThrow();
    }

    /** Returns the numbers of its slots. */
    List<Integer> numbers() {
        return slots.stream().map(ConnectionSlot::number).toList();
    }

    /** Returns how many slots there can be. */
    int places() {
        return slots.size() + spare.size();
    }

    /** Adds a slot to those that are filled; returns null if there is none left. */
    ConnectionSlot grow() {
        if (spare.isEmpty()) {
            return null;
        }
        ConnectionSlot slot = spare.remove(0);
        slots.add(slot);
        slots.sort(Comparator.comparingInt(ConnectionSlot::number));
        return slot;
    }

    /** Removes a slot from those that are filled. */
    void shrink(ConnectionSlot slot) {
        slots.remove(slot);
        spare.add(slot);
        spare.sort(Comparator.comparingInt(ConnectionSlot::number));
    }

    /** Returns the wanted number of connections. */
    int target() {
        return slots.size();
    }

    /** Returns how many slots have an open connection. */
    int live() {
        int live = 0;
        for (ConnectionSlot slot : slots) {
            live += slot.isLive() ? 1 : 0;
        }
        return live;
    }

    /** Returns the open connections that have a slot, without candidates and connections that are closing. */
    List<PooledConnection> placed() {
        List<PooledConnection> placed = new ArrayList<>(slots.size()); // called often
        for (ConnectionSlot slot : slots) {
            if (slot.isLive()) {
                placed.add(slot.pooled());
            }
        }
        return placed;
    }

    /** Returns whether a live connection is not answered, and none is heard. */
    boolean isUnanswered() {
        boolean any = false;
        for (ConnectionSlot slot : slots) {
            if (slot.isLive()) {
                PingTracker pings = slot.pooled().connection.pings();
                if (!pings.isUnanswered() && pings.isHeard()) {
                    return false;
                }
                any |= pings.isUnanswered();
            }
        }
        return any;
    }

    /** Returns when any frame arrived on a live connection; {@code Long.MIN_VALUE} = there is none. */
    long lastFrameNanos() {
        long last = Long.MIN_VALUE;
        for (ConnectionSlot slot : slots) {
            if (slot.isLive()) {
                long nanos = slot.pooled().connection.pings().lastFrameNanos();
                last = last == Long.MIN_VALUE || nanos - last > 0 ? nanos : last;
            }
        }
        return last;
    }

    /**
     * Returns every connection whose socket is open, with candidates and connections that are closing, in the order
     * of their opening.
     */
    List<PooledConnection> open() {
        return open;
    }

    /**
     * Returns the same ordered by slot, because the order of opening depends on the transport and differs between
     * runs.
     */
    private Stream<PooledConnection> bySlot() {
        return open.stream().sorted(Comparator.comparingInt(pooled -> pooled.slot.number()));
    }

    void opened(PooledConnection pooled) {
        if (!open.contains(pooled)) {
            open = Stream.concat(open.stream(), Stream.of(pooled)).toList();
        }
    }

    void closed(PooledConnection pooled) {
        open = open.stream().filter(other -> other != pooled).toList();
    }

    void remember(PooledConnection pooled) {
        gone.addFirst(pooled.report(ConnectionReport.Role.GONE));
        while (gone.size() > REMEMBERED_GONE) {
            gone.removeLast();
        }
    }

    /**
     * Returns the slot of a connection.
     *
     * @throws IllegalArgumentException if it has none
     */
    ConnectionSlot slotOf(String connectionId) {
        return slots.stream()
                .filter(slot -> slot.pooled() != null && slot.pooled().id().equals(connectionId))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no connection " + connectionId + ", there are "
                        + placed().stream().map(PooledConnection::id).toList()));
    }

    /** Returns the open connections by slot, then the last that ended, latest first. */
    List<ConnectionReport> report() {
        List<ConnectionReport> connections = new ArrayList<>();
        bySlot().forEach(pooled -> connections.add(pooled.report(roleOf(pooled))));
        connections.addAll(gone);
        return connections;
    }

    /** Returns what each open connection delivered of each of these streams, if that is counted. */
    List<ArrivalReport> arrivals(Collection<StreamWatch> streams) {
        return bySlot().filter(pooled -> pooled.line != null)
                .flatMap(pooled -> streams.stream()
                        .filter(stream -> stream.place > 0 && pooled.line.figuresIn(stream.place) != null)
                        .map(stream -> arrivals(stream.name, pooled.id(), pooled.line.figuresIn(stream.place))))
                .toList();
    }

    private static ConnectionReport.Role roleOf(PooledConnection pooled) {
        if (pooled == pooled.slot.pooled()) {
            return ConnectionReport.Role.MEMBER;
        }
        return pooled == pooled.slot.candidate() ? ConnectionReport.Role.CANDIDATE : ConnectionReport.Role.GONE;
    }

    private static ArrivalReport arrivals(String stream, String connection, StreamFigures figures) {
        return new ArrivalReport(
                stream,
                connection,
                figures.copies(),
                figures.wins(),
                figures.losses(),
                figures.saves(),
                figures.lagMicros(50),
                figures.lagMicros(99),
                Arrays.stream(figures.lags()).boxed().toList());
    }
}
