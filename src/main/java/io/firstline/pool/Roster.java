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

/** Who is there: the feed's seats, the connections that are open, and the last that left. Belongs to the feed's context. */
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

    /** How many connections the feed is meant to have. */
    int target() {
        return seats.size();
    }

    /** How many of its seats are taken by an open connection. */
    int live() {
        int live = 0;
        for (Seat seat : seats) {
            live += seat.isLive() ? 1 : 0;
        }
        return live;
    }

    /** The open connections that have a seat: candidates and those that are being closed are not among them. */
    List<Member> seated() {
        return seats.stream().filter(Seat::isLive).map(Seat::member).toList();
    }

    /** Every connection whose socket is open, candidates and those that are being closed included, in the order of their opening. */
    List<Member> open() {
        return List.copyOf(open);
    }

    /** The same by seat: the order in which connections happened to open is the transport's, and differs from one JVM to the next. */
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
     * The seat that a connection has.
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

    /** The open connections by seat, then the last that left, latest first. */
    List<ConnectionReport> report() {
        List<ConnectionReport> connections = new ArrayList<>();
        bySeat().forEach(member -> connections.add(member.report(roleOf(member))));
        connections.addAll(gone);
        return connections;
    }

    /** What each open connection was worth for each of these streams, where that is counted. */
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
