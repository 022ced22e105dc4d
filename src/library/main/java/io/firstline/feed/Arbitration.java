package io.firstline.feed;

import io.firstline.arbitration.ArrivalTable;
import io.firstline.connection.WsConnection;
import io.firstline.feed.message.ArrivingCopy;
import java.util.Collection;
import java.util.stream.Stream;

/**
 * How the copies of a feed's connections become its messages: {@link PoolArbitration} of several connections, or
 * {@link NoArbitration} of one. Called on the feed's context.
 */
interface Arbitration {
    void start();

    void stop();

    /** A message arrived on a connection; the copy is valid until this returns. */
    void arrived(PooledConnection pooled, ArrivingCopy copy);

    /** A connection opened. */
    default void joined(PooledConnection pooled) {}

    /** A connection ended. */
    default void parted(PooledConnection pooled) {}

    /**
     * Streams are being subscribed on the open connections.
     *
     * @param streams named as in messages
     */
    default void subscribes(Collection<String> streams) {}

    /** The time of a candidate is over: promote or abandon it now. */
    void trialOver(ConnectionSlot slot);

    /** Returns the connection with the shortest way; null if there is none. */
    WsConnection fastest(Stream<WsConnection> live);

    /** Samples arrivals from the next start on; see {@link Feed#sampleArrivals}. */
    default void sample(long everyMs, int messages) {}

    /** Samples every message from the next start on; see {@link Feed#sampleAllFrom}. */
    default void sampleFrom(long startMs, int messages) {}

    /** Returns the sampled arrivals of messages that were published before this time. */
    default ArrivalTable arrivalTable(long beforeNanos) {
        return ArrivalTable.of(1);
    }

    /** Returns how many connections delivered a message lately, on average; NaN = not known. */
    default double copiesPerMessage() {
        return Double.NaN;
    }

    /** Returns the value that a connection is ranked by, milliseconds; NaN = not measured. */
    default double costMs(PooledConnection pooled) {
        return Double.NaN;
    }

    /** Returns whether the figures of connections can be compared now. */
    default boolean areFiguresTrusted() {
        return false;
    }

    /** Samples arrivals anew: the number of connections has changed. */
    default void sampleAnew() {}

    /** Updates the figures of connections: a report follows. */
    default void settleFigures() {}

    /** Creates the arbitration for the parts of a feed. */
    interface Factory {
        Arbitration of(FeedParts parts, Replacements replacements);
    }
}
