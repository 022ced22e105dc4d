package io.firstline.pool;

import io.firstline.arbitration.LineFigures;
import io.firstline.connection.WsConnectionState;

/**
 * One connection of a feed: its own facts, and what its copies were worth.
 *
 * @param line null for a single connection, which competes with nobody
 * @param lag how far its copies were behind the first of the same message, first ones counting as 0; null for a single connection
 * @param latency of its pings
 * @param role what it is there for
 * @param seat whose place it has, had, or is on trial for; from 1 to the feed's target
 */
public record ConnectionReport(
        WsConnectionState connection,
        LineFigures line,
        MicrosHistogram lag,
        MicrosHistogram latency,
        Role role,
        int seat) {

    /** The same in a feed of which this is not the first pool. */
    ConnectionReport after(int seatsBefore) {
        return new ConnectionReport(connection, line, lag, latency, role, seatsBefore + seat);
    }

    /** What a connection is there for. */
    public enum Role {
        /** One of those the feed is meant to have. */
        MEMBER,
        /** Opened to replace a member, on trial. */
        CANDIDATE,
        /** Replaced or closed: among the last that left. */
        GONE
    }
}
