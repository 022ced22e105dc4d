package io.firstline.bench.peers;

import io.firstline.config.venue.Venue;
import io.firstline.feed.clock.EventTimeReader;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.StreamTable;
import io.firstline.payload.Payload;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.ToLongFunction;

/** Reads a message's stream and one of its numbers. */
@FunctionalInterface
interface NumberReader {
    NumberedMessage read(byte[] message);

    /** The last sequence number that a venue's profile names. */
    static NumberReader sequences(Venue venue) {
        return of(venue, copy -> copy.last() == OutgoingCopy.NO_NUMBER ? NumberedMessage.NONE : copy.last());
    }

    /** The time of the event that a venue's profile names, microseconds. */
    static NumberReader times(Venue venue) {
        return of(venue, copy -> {
            boolean none = copy.eventMicros() == EventTimeReader.NO_TIME || copy.eventMicros() == OutgoingCopy.NOT_READ;
            return none ? NumberedMessage.NONE : copy.eventMicros();
        });
    }

    private static NumberReader of(Venue venue, ToLongFunction<OutgoingCopy> number) {
        MessageReader reader = new MessageReader(venue.format(), new StreamTable(List.of()), 0);
        ArrivingCopy arriving = reader.newCopy((frame, items, item) -> frame);
        Payload payload = new Payload();
        return message -> {
            reader.read(arriving.of("c", payload.over(Buffer.buffer(message), true), 0), null);
            OutgoingCopy copy = arriving.message();
            String stream = copy.stream() == null ? "" : copy.stream().name;
            return new NumberedMessage(stream, number.applyAsLong(copy));
        };
    }
}
