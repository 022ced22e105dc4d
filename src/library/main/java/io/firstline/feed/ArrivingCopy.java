package io.firstline.feed;

import io.firstline.arbitration.Arrival;
import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;

/** The copy that is arriving: one reused instance for all copies of a pool, so that a late copy allocates nothing. */
final class ArrivingCopy implements Arrival<OutgoingCopy> {
    private final MessageReader reader;
    private String by;
    private Payload payload;
    private StreamWatch stream;
    private long arrivalNanos;
    private long key;
    /** Hash of all bytes, computed when needed; 0 = not yet. */
    private long hash;

    private long first;
    private long last;
    private boolean restarts;

    /**
     * Creates the instance for the copies that a reader reads.
     *
     * @param reader must have read the copy before {@link #take} is called with a stream
     */
    ArrivingCopy(MessageReader reader) {
        this.reader = reader;
    }

    /** Holds another copy from now on. */
    void take(String connectionId, Payload bytes, StreamWatch itsStream, long nowNanos) {
        by = connectionId;
        payload = bytes;
        stream = itsStream;
        arrivalNanos = nowNanos;
        key = stream == null ? 0 : reader.identity(stream.places);
        hash = 0;
        last = stream == null ? MessageReader.NO_NUMBER : reader.lastNumber(stream.places);
        first = last == MessageReader.NO_NUMBER ? last : reader.firstNumber(stream.places, last);
        restarts = last != MessageReader.NO_NUMBER && reader.restarts(stream.places, first, last);
    }

    boolean isNumbered() {
        return last != MessageReader.NO_NUMBER;
    }

    /**
     * Reports the copy's numbers to its stream, and records whether the stream's numbering restarts with them.
     *
     * @param slots the occupied slots, as bits
     */
    void numbered(int slot, long slots) {
        restarts = stream.numbered(slot, by, first, last, restarts, slots, arrivalNanos);
    }

    /** Returns whether this copy proves a restart that an earlier copy of its message could only claim. */
    boolean provesRestart() {
        return restarts && stream.isDoubted(last);
    }

    @Override
    public long identity() {
        return key == 0 ? hash() : key;
    }

    @Override
    public long content() {
        return key == 0 ? 0 : hash();
    }

    private long hash() {
        if (hash == 0) {
            hash = PayloadHash.of(payload);
        }
        return hash;
    }

    @Override
    public int stream() {
        return stream == null ? 0 : stream.place;
    }

    @Override
    public int bytes() {
        return payload.length();
    }

    @Override
    public OutgoingCopy message() {
        return new OutgoingCopy(
                by, identity(), payload.toBuffer(), payload.isText(), stream, first, last, restarts, arrivalNanos);
    }
}
