package io.firstline.feed.message;

/** An {@link OutgoingCopy} that waits for its turn. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record KeptCopy(
        String by,
        long identity,
        byte[] bytes,
        boolean text,
        StreamWatch stream,
        long first,
        long last,
        boolean restarts,
        boolean snapshot,
        long arrivalNanos,
        long eventMicros)
        implements OutgoingCopy {
    KeptCopy(OutgoingCopy copy) {
        this(
                copy.by(),
                copy.identity(),
                copy.bytes(),
                copy.text(),
                copy.stream(),
                copy.first(),
                copy.last(),
                copy.restarts(),
                copy.snapshot(),
                copy.arrivalNanos(),
                copy.eventMicros());
    }

    @Override
    public OutgoingCopy kept() {
        return this;
    }
}
