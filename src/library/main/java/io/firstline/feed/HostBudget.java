package io.firstline.feed;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Limit;
import io.firstline.config.Limit.What;
import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.ConnectBudget;
import io.firstline.connection.ConnectBudget.Target;
import io.firstline.connection.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * The limits that a feed shares with the other feeds of the process, from the view of this feed: attempts to connect,
 * open connections and their subscriptions. Runs on the feed's context.
 */
final class HostBudget {
    /** The wait until a connection asks again for room that others have. */
    private static final long ROOM_MS = 1_000;

    private final ConnectBudget shared;
    private final String feed;
    private final Scheduler scheduler;
    private final IntSupplier streams;
    /** The targets of open connections and attempts. */
    private final List<ConnectTarget> open = new ArrayList<>();

    private List<Limit> attempts = List.of();
    private List<Limit> rooms = List.of();
    /** The limit that has no room for the last attempt; null = there was room. */
    private Limit full;

    private String fullPlace;
    private String obstacle = "";
    private boolean pacing;

    /** Creates the view of a feed with no connection. */
    HostBudget(ConnectBudget shared, String feed, WsConnectionConfig config, Scheduler scheduler, IntSupplier streams) {
        this.shared = shared;
        this.feed = feed;
        this.scheduler = scheduler;
        this.streams = streams;
        follow(config);
    }

    /** Uses the limits of another configuration from now on. */
    void follow(WsConnectionConfig config) {
        attempts = config.limitsOf(What.CONNECTS);
        open.forEach(to -> rooms.forEach(limit -> shared.others().release(limit, to.place(limit), this)));
        rooms = Stream.of(What.CONNECTIONS, What.STREAMS)
                .flatMap(what -> config.limitsOf(what).stream())
                .filter(limit -> limit.scope() != Limit.Scope.CONNECTION)
                .toList();
        holdAll();
    }

    private Target target(ConnectTarget to) {
        return Target.of(to, attempts);
    }

    /**
     * Takes an attempt; returns 0 if it may start now, otherwise the milliseconds to wait. Call {@link #ended} after
     * the connection.
     *
     * @param dark whether the feed has neither a connection nor another attempt in progress
     */
    long take(ConnectTarget to, boolean dark) {
        open.add(to);
        full = lacking(to, streams.getAsInt());
        fullPlace = full == null ? null : to.place(full);
        long waitMs = full == null ? shared.take(target(to), feed, dark, scheduler.nowNanos()) : ROOM_MS;
        if (waitMs > 0) {
            obstacle = full != null
                    ? "the limit of " + full.text() + " at " + fullPlace + " is reached"
                    : "the host's connect budget is used up, or it asked for a pause";
            pacing = full == null
                    && shared.pausedMs(to.host(), scheduler.nowNanos()) == 0
                    && attempts.stream().anyMatch(limit -> waitMs <= limit.perMs() + 1 && limit.perMs() <= ROOM_MS);
            ended(to);
        }
        return waitMs;
    }

    /** Returns whether the last attempt waits only because of a limit per second. */
    boolean isPacing() {
        return pacing;
    }

    /** Returns whether the last attempt waits for room: for the end of a connection. */
    boolean isFull() {
        return full != null;
    }

    /** Returns whether the end of a connection to this target makes room for the last attempt. */
    boolean isFreedBy(ConnectTarget to) {
        return isFull() && to.place(full).equals(fullPlace);
    }

    /** Returns why the last attempt has to wait. */
    String obstacle() {
        return obstacle;
    }

    /** A connection, or an attempt that was taken, has ended. */
    void ended(ConnectTarget to) {
        open.remove(to);
        rooms.forEach(limit -> hold(limit, to.place(limit), streams.getAsInt()));
    }

    /**
     * Takes room for another number of streams on every open connection.
     *
     * @return the limit that has no room for them; null = there is room
     */
    Limit resize(int newStreams) {
        for (ConnectTarget to : open) {
            Limit exceeded = lacking(to, newStreams);
            if (exceeded != null) {
                holdAll();
                return exceeded;
            }
        }
        return null;
    }

    /** Holds what the open connections use. */
    void holdAll() {
        open.forEach(to -> rooms.forEach(limit -> hold(limit, to.place(limit), streams.getAsInt())));
    }

    /** Takes room for the open connections at a place; returns the limit that has none, or null. */
    private Limit lacking(ConnectTarget to, int streamsOfEach) {
        return rooms.stream()
                .filter(limit -> !shared.others()
                        .tryHold(limit, to.place(limit), this, used(limit, to.place(limit), streamsOfEach)))
                .findFirst()
                .orElse(null);
    }

    private void hold(Limit limit, String place, int streamsOfEach) {
        shared.others().hold(limit, place, this, used(limit, place, streamsOfEach));
    }

    private int used(Limit limit, String place, int streamsOfEach) {
        int connections =
                (int) open.stream().filter(to -> to.place(limit).equals(place)).count();
        return limit.what() == What.STREAMS ? connections * streamsOfEach : connections;
    }

    /** Reserves attempts for the feed, which is about to connect to one of these targets. */
    void wish(List<ConnectTarget> targets) {
        targets.forEach(to -> shared.wish(to.host(), feed, scheduler.nowNanos()));
    }

    /** Ends the reservation: the feed has a connection, or needs none. */
    void attemptMade(List<ConnectTarget> targets) {
        targets.forEach(to -> shared.attemptMade(to.host(), feed));
    }

    /** Returns in how many milliseconds a feed without a connection may try before its back-off ends. */
    long probeInMs(ConnectTarget to) {
        return shared.probeInMs(target(to), scheduler.nowNanos());
    }

    /** Returns the rest of the pause that the host asked for, in milliseconds. */
    long pausedMs(ConnectTarget to) {
        return shared.pausedMs(to.host(), scheduler.nowNanos());
    }

    /** Ends the pause that a host asked for. */
    void resume(List<ConnectTarget> targets) {
        targets.forEach(to -> shared.resume(to.host()));
    }

    /** Returns whether an attempt that is not urgent may start now. */
    boolean hasSpare(ConnectTarget to) {
        return shared.hasSpare(target(to), scheduler.nowNanos());
    }

    /** Returns how many attempts are left; -1 = not limited. */
    int left(ConnectTarget to) {
        return shared.left(target(to), scheduler.nowNanos());
    }

    /** The host asked for a pause. */
    void pause(ConnectTarget to, long pauseMs) {
        shared.pause(to.host(), pauseMs, scheduler.nowNanos());
    }
}
