package io.firstline.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The feed's seats, its open connections, and the last that ended. Runs on the feed's context. */
final class Roster {
    private static final int REMEMBERED_GONE = 64;

    private final List<Seat> seats = new ArrayList<>();
    private final Set<Member> open = new LinkedHashSet<>();
    private final Deque<ConnectionReport> gone = new ArrayDeque<>();

    void add(Seat seat) {
        seats.add(seat);
    }

    List<Seat> seats() {
        return seats;
    }

    /** Returns the wanted number of connections. */
    int target() {
        return seats.size();
    }

    /** Returns how many seats have an open connection. */
    int live() {
        int live = 0;
        for (Seat seat : seats) {
            live += seat.isLive() ? 1 : 0;
        }
        return live;
    }

    /** Returns the open connections that have a seat, without candidates and connections that are closing. */
    List<Member> seated() {
        return seats.stream().filter(Seat::isLive).map(Seat::member).toList();
    }

    /** Returns whether there are live connections and none is answered. */
    boolean isUnanswered() {
        boolean any = false;
        for (Seat seat : seats) {
            if (seat.isLive() && !seat.member().connection.isUnanswered()) {
                return false;
            }
            any |= seat.isLive();
        }
        return any;
    }

    /** Returns when any frame arrived on a live connection; {@code Long.MIN_VALUE} = there is none. */
    long lastFrameNanos() {
        long last = Long.MIN_VALUE;
        for (Seat seat : seats) {
            if (seat.isLive()) {
                long nanos = seat.member().connection.lastFrameNanos();
                last = last == Long.MIN_VALUE || nanos - last > 0 ? nanos : last;
            }
        }
        return last;
    }

    /**
     * Returns every connection whose socket is open, with candidates and connections that are closing, in the order
     * of their opening.
     */
    List<Member> open() {
        return List.copyOf(open);
    }

    /**
     * Returns the same ordered by seat, because the order of opening depends on the transport and differs between
     * runs.
     */
    private Stream<Member> bySeat() {
        return open.stream().sorted(Comparator.comparingInt(member -> member.seat.number()));
    }

    void opened(Member member) {
        open.add(member);
    }

    void closed(Member member) {
        open.remove(member);
    }

    void remember(Member member) {
        gone.addFirst(member.report(ConnectionReport.Role.GONE));
        while (gone.size() > REMEMBERED_GONE) {
            gone.removeLast();
        }
    }

    /**
     * Returns the seat of a connection.
     *
     * @throws IllegalArgumentException if it has none
     */
    Seat seatOf(String connectionId) {
        return seats.stream()
                .filter(seat -> seat.member() != null && seat.member().id().equals(connectionId))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no connection " + connectionId + ", there are "
                        + seated().stream().map(Member::id).toList()));
    }

    /** Returns the open connections by seat, then the last that ended, latest first. */
    List<ConnectionReport> report() {
        List<ConnectionReport> connections = new ArrayList<>();
        bySeat().forEach(member -> connections.add(member.report(roleOf(member))));
        connections.addAll(gone);
        return connections;
    }

    /** Returns what each open connection delivered of each of these streams, if that is counted. */
    List<ArrivalReport> arrivals(Collection<StreamWatch> streams) {
        return bySeat().filter(member -> member.line != null)
                .flatMap(member -> streams.stream()
                        .filter(stream -> stream.place > 0 && member.line.figuresIn(stream.place) != null)
                        .map(stream -> ArrivalReport.of(stream.name, member.id(), member.line.figuresIn(stream.place))))
                .toList();
    }

    private static ConnectionReport.Role roleOf(Member member) {
        if (member == member.seat.member()) {
            return ConnectionReport.Role.MEMBER;
        }
        return member == member.seat.candidate() ? ConnectionReport.Role.CANDIDATE : ConnectionReport.Role.GONE;
    }
}
