package io.firstline.stream;

/** A stream with {@link Overflow#CLOSE} ended because its consumer had not taken what it holds when the next message came. */
public final class SlowConsumerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long firstLost;

    SlowConsumerException(String feed, int waiting, long firstLost) {
        super(
                feed + ": the consumer is too slow, " + waiting + " messages wait, the stream ends before " + firstLost,
                null,
                false,
                false); // where it was noticed says nothing about who is slow
        this.firstLost = firstLost;
    }

    /** The sequence number of the first message that the consumer does not get. */
    public long firstLost() {
        return firstLost;
    }
}
