package io.firstline.pool;

import io.firstline.arbitration.Arrival;
import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;

/** The copy that is arriving: one instance for all of a pool's copies, so that one which loses leaves nothing behind. */
final class Arriving implements Arrival<Copy> {
    private final MessageReader reader;
    private String by;
    private Payload payload;
    private StreamWatch stream;
    private long arrivalNanos;
    private long key;
    /** Of all bytes, made when it is needed; 0 = not yet. */
    private long hash;

    private long first;
    private long last;
    private boolean restarts;

    /**
     * For the copies that a reader reads.
     *
     * @param reader has just read the copy whenever {@link #take} is called with a stream
     */
    Arriving(MessageReader reader) {
        this.reader = reader;
    }

    /** Another copy arrives. */
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
     * Tells its stream that these numbers have come in this slot, and learns whether it is counted anew from them on.
     *
     * @param slots the slots that are taken, as bits
     */
    void numbered(int slot, long slots) {
        restarts = stream.numbered(slot, by, first, last, restarts, slots, arrivalNanos);
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
    public Copy message() {
        return new Copy(by, key, payload.toBuffer(), payload.isText(), stream, first, last, restarts, arrivalNanos);
    }
}
