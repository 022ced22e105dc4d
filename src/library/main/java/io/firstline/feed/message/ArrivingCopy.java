package io.firstline.feed.message;

import io.firstline.arbitration.Arrival;
import io.firstline.feed.clock.EventTimeReader;
import io.firstline.payload.KeyValues;
import io.firstline.payload.MessageItems;
import io.firstline.payload.Payload;
import io.firstline.payload.PayloadHash;
import io.firstline.payload.SeededHash;

/**
 * The copy that is arriving, with what is known of it. One reused instance for all copies of a feed, so that a late
 * copy allocates nothing. {@link MessageReader} fills it in.
 */
public final class ArrivingCopy implements Arrival<OutgoingCopy> {
    /** Takes the message again out of a frame that was read before. */
    public interface Opener {
        /**
         * Returns the message, valid until the next one.
         *
         * @param items the way to the items; null = the whole message
         * @param item the number of the item, from 0
         */
        Payload opened(Payload frame, MessageItems.Path items, int item);
    }

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

    /** Hashes contents; null = like identities. */
    private final SeededHash contents;
    /** Null = the time of an event is not among the values that are read. */
    private final EventTimeReader eventTimes;

    private final Opener opener;
    private final OutgoingCopy outgoing = new Outgoing();

    private String by;
    private Payload payload;
    /** The values read from its message, valid until the next one is read. */
    private KeyValues read;

    private boolean isRead;

    public long arrivalNanos;
    /** The seeded hash of the frame whose only message it is; 0 = not computed, or there is no such frame. */
    long frame;

    int frameBytes;
    boolean frameIsText;
    /** Whether the payload is not the message, but the frame to take it from. */
    private boolean closed;
    /** The length of the message in that frame. */
    private int messageBytes;
    /** The way to the item in that frame; null = it is the whole message. */
    private MessageItems.Path path;

    private int item;
    /** The number of items that its known frame is cut into; 1 = it stays whole. */
    int parts;
    /** Whether the message has not the bytes of its frame. */
    private boolean decoded;

    private Kind kind = Kind.DATA;
    private StreamWatch stream;
    /** Whether the stream is its own, not that of an earlier copy. */
    private boolean hasStream;
    /** The venue's key as a hash; 0 = it has none, only its bytes identify it. */
    public long key;
    /** Hash of all bytes that count, computed when needed unless some do not; 0 = not yet. */
    long hash;

    public long first;
    public long last;
    public boolean restarts;
    /** Whether it is the venue's answer to a subscription, which later messages change. */
    boolean snapshot;

    public ArrivingCopy() {
        this(null, null, (frame, items, item) -> frame);
    }

    /**
     * Creates the copy of a feed.
     *
     * @param contents hashes the content of messages that have a key; null = as {@link PayloadHash}
     * @param eventTimes reads the time of its event; null = it is not among the values that are read
     */
    ArrivingCopy(SeededHash contents, EventTimeReader eventTimes, Opener opener) {
        this.contents = contents;
        this.eventTimes = eventTimes;
        this.opener = opener;
    }

    /**
     * Holds another copy from now on, of which nothing is known yet. Successive copies mostly share the connection, and
     * often the stream: G1's barrier for a stored reference costs more than a comparison, several times per copy.
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
        frame = 0;
        isRead = false;
        closed = false;
        parts = 1;
        decoded = false;
        is(Kind.DATA);
        hasStream = false;
        key = 0;
        hash = 0;
        first = OutgoingCopy.NO_NUMBER;
        last = OutgoingCopy.NO_NUMBER;
        restarts = false;
        snapshot = false;
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

    /** Returns its message, taken from its frame if need be. */
    public Payload payload() {
        if (closed) {
            payload = opener.opened(payload, path, item);
            closed = false;
        }
        return payload;
    }

    /** These values were read from its message; null = nothing. */
    void has(KeyValues values) {
        isRead = values != null;
        if (isRead && read != values) {
            read = values;
        }
    }

    /** It is part of this stream; null = not known. */
    void in(StreamWatch newStream) {
        hasStream = newStream != null;
        if (hasStream && stream != newStream) {
            stream = newStream;
        }
    }

    /** The frame that it holds has this hash. */
    void frame(long frameHash) {
        frame = frameHash;
        frameBytes = payload.length();
        frameIsText = payload.isText();
    }

    /** The frame that it holds contains only this message. */
    public ArrivingCopy message(Payload only) {
        if (only != payload) {
            payload = only;
            decoded = true;
        }
        return this;
    }

    /**
     * It is an item of a frame.
     *
     * @param frameHash of the frame; 0 = its items are not remembered
     */
    public ArrivingCopy itemOf(long frameHash, int number) {
        frame = frameHash == 0 ? 0 : KnownFrames.hashOfItem(frameHash, number);
        frameBytes = 0; // its frame is checked
        frameIsText = false;
        item = number;
        decoded = true;
        return this;
    }

    /** Returns the hash of its frame; 0 = the frame is not remembered. */
    public long frameHash() {
        return frame;
    }

    /** Returns the number of items that its frame is cut into, if the frame was known; 1 = it stays whole. */
    public int parts() {
        return parts;
    }

    /** Holds this message instead, which differs in its id. */
    void rewritten(Payload message) {
        payload = message;
    }

    /** The frame that it holds contains a message of this length. */
    void isInFrame(int bytes) {
        closed = true;
        messageBytes = bytes;
        path = null;
    }

    /** The frame that it holds contains the message as one of the items at this place. */
    void isAmong(MessageItems.Path items) {
        path = items;
    }

    /** Returns whether its message has not the bytes of its frame. */
    boolean isDecoded() {
        return decoded;
    }

    /** Returns its stream; null = not known. */
    public StreamWatch streamWatch() {
        return hasStream ? stream : null;
    }

    public long arrivalNanos() {
        return arrivalNanos;
    }

    /** Returns the way to the array whose elements are compared one by one; null = the copy stays whole. */
    public MessageItems.Path items() {
        return !hasStream || kind != Kind.DATA ? null : stream.places.items();
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

    /** Returns what its message is compared by: its bytes, or those that count, as content or as identity. */
    long hashOfMessage() {
        return hash();
    }

    private long hash() {
        if (hash == 0) {
            hash = key == 0 || contents == null ? PayloadHash.of(payload()) : contentOf(payload());
        }
        return hash;
    }

    private long contentOf(Payload message) {
        return frame != 0 && !decoded ? frame : contents.of(message);
    }

    @Override
    public int stream() {
        return hasStream ? stream.place : 0;
    }

    @Override
    public int bytes() {
        return closed ? messageBytes : payload.length();
    }

    @Override
    public OutgoingCopy message() {
        return outgoing;
    }

    @Override
    public OutgoingCopy kept() {
        return outgoing.kept();
    }

    /** This copy, seen as one to publish. */
    private final class Outgoing implements OutgoingCopy {
        @Override
        public String by() {
            return by;
        }

        @Override
        public long identity() {
            return key == 0 ? hash : key;
        }

        @Override
        public byte[] bytes() {
            return payload().toBytes();
        }

        @Override
        public boolean text() {
            return payload().isText();
        }

        @Override
        public StreamWatch stream() {
            return streamWatch();
        }

        @Override
        public long first() {
            return first;
        }

        @Override
        public long last() {
            return last;
        }

        @Override
        public boolean restarts() {
            return restarts;
        }

        @Override
        public boolean snapshot() {
            return snapshot;
        }

        @Override
        public long arrivalNanos() {
            return arrivalNanos;
        }

        @Override
        public long eventMicros() {
            if (eventTimes == null || !isRead) {
                return NOT_READ;
            }
            return payload().length() > EventTimeReader.MAX_BYTES ? EventTimeReader.NO_TIME : eventTimes.micros(read);
        }

        @Override
        public OutgoingCopy kept() {
            return new KeptCopy(this);
        }
    }
}
