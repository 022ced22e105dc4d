package io.firstline.feed.message;

import io.firstline.arbitration.Arrival;
import io.firstline.payload.MessageItems;
import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;

/**
 * The copy that is arriving, with what is known of it. One reused instance for all copies of a feed, so that a late copy
 * allocates nothing. {@link MessageReader} fills it in.
 */
public final class ArrivingCopy implements Arrival<OutgoingCopy> {
    public enum Kind {
        /** Part of the merged stream. */
        DATA,
        /** An ack or a heartbeat, which is only counted. */
        CONTROL,
        /** The server announces that it closes the connection. */
        SHUTDOWN,
        /** Part of the merged stream, with an id that its server has not told yet. */
        UNNAMED
    }

    private String by;
    public Payload payload;
    public long arrivalNanos;
    private Kind kind = Kind.DATA;
    /** Null = not known. */
    public StreamWatch stream;
    /** The venue's key as a hash; 0 = it has none, only its bytes identify it. */
    public long key;
    /** Hash of all bytes that count, computed when needed unless some do not; 0 = not yet. */
    long hash;

    public long first;
    public long last;
    public boolean restarts;

    /**
     * Holds another copy from now on, of which nothing is known yet. Successive copies mostly share the connection: G1's
     * barrier for a stored reference costs more than a comparison, several times per copy.
     */
    @SuppressWarnings("ReferenceEquality") // on purpose: another instance of an equal id is stored, which does no harm
    public ArrivingCopy of(String connectionId, Payload bytes, long nowNanos) {
        if (by != connectionId) {
            by = connectionId;
        }
        if (payload != bytes) {
            payload = bytes;
        }
        arrivalNanos = nowNanos;
        is(Kind.DATA);
        stream = null;
        key = 0;
        hash = 0;
        first = OutgoingCopy.NO_NUMBER;
        last = OutgoingCopy.NO_NUMBER;
        restarts = false;
        return this;
    }

    public Kind kind() {
        return kind;
    }

    void is(Kind newKind) {
        if (kind != newKind) {
            kind = newKind;
        }
    }

    public Payload payload() {
        return payload;
    }

    /** Returns its stream; null = not known. */
    public StreamWatch streamWatch() {
        return stream;
    }

    public long arrivalNanos() {
        return arrivalNanos;
    }

    /** Returns the way to the array whose elements are compared one by one; null = the copy stays whole. */
    public MessageItems.Path items() {
        return stream == null || kind != Kind.DATA ? null : stream.places.items();
    }

    /** Compares copies with this key by this hash of their item: what is around it may depend on the connection. */
    public void comparesItem(long itemHash) {
        if (key != 0 && stream.places.ignore().isEmpty()) {
            hash = itemHash;
        }
    }

    /** It holds several items: the key and the numbers of the first one do not identify it. */
    public void staysWhole() {
        key = 0;
        first = OutgoingCopy.NO_NUMBER;
        last = OutgoingCopy.NO_NUMBER;
        restarts = false;
    }

    public boolean isNumbered() {
        return last != OutgoingCopy.NO_NUMBER;
    }

    /**
     * Reports the copy's numbers to its stream, and records whether the stream's numbering restarts with them.
     *
     * @param slots the occupied slots, as bits
     */
    public void numbered(int slot, long slots) {
        restarts = stream.numbered(slot, by, first, last, restarts, slots, arrivalNanos);
    }

    /** Returns whether this copy proves a restart that an earlier copy of its message could only claim. */
    public boolean provesRestart() {
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
                by,
                key == 0 ? hash : key,
                payload.toBuffer(),
                payload.isText(),
                stream,
                first,
                last,
                restarts,
                arrivalNanos);
    }
}
