package io.firstline.feed.report;

import io.firstline.arbitration.report.LineFigures;
import io.firstline.connection.report.WsConnectionState;

/**
 * One connection of a feed: its state and the figures of its copies.
 *
 * @param line null for a single connection, which is not compared
 * @param lag delay of its copies after the first copy of the same message, first copies counting as 0; null for a
 *     single connection
 * @param latency round trips of its pings
 * @param role its role in the feed
 * @param slot the slot that it has, had, or is on trial for; from 1 to the feed's target
 * @param missing how many messages it lacks by its own numbers; null = the venue does not number connections
 * @param lackingShare the share of messages that others delivered and it did not, lately, from 0 to 1; NaN = not known
 * @param firstDataMs the time from its opening to its first message that is data, milliseconds; NaN = there was none
 */
public record ConnectionReport(
        WsConnectionState connection,
        LineFigures line,
        MicrosHistogram lag,
        MicrosHistogram latency,
        Role role,
        int slot,
        Long missing,
        double lackingShare,
        double firstDataMs) {

    /** Returns the same report with the slot number shifted by the slots of the pools before. */
    public ConnectionReport after(int slotsBefore) {
        return new ConnectionReport(
                connection, line, lag, latency, role, slotsBefore + slot, missing, lackingShare, firstDataMs);
    }

    /** The role of a connection. */
    public enum Role {
        /** Holds a slot. */
        MEMBER,
        /** Opened to replace a member, on trial. */
        CANDIDATE,
        /** Replaced or closed; kept in the report for a while. */
        GONE
    }
}
