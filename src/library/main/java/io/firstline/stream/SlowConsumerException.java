package io.firstline.stream;

/** Ends a stream with {@link Overflow#CLOSE}: its buffer was full when the next message arrived. */
public final class SlowConsumerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long firstLost;

    SlowConsumerException(String feed, int waiting, long firstLost) {
        super(
                feed + ": the consumer is too slow, " + waiting + " messages waiting, stream ended before " + firstLost,
                null,
                false,
                false); // the stack says nothing about the slow consumer
        this.firstLost = firstLost;
    }

    /** The sequence number of the first message that the consumer did not get. */
    public long firstLost() {
        return firstLost;
    }
}
