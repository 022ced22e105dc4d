package io.firstline.stream;

/**
 * Messages that one consumer lost because it was too slow.
 *
 * @param count how many
 * @param first the smallest of their sequence numbers
 * @param last the largest; with {@link Overflow#CONFLATE} messages of other streams, not lost, may lie between, else all from first to
 *     last are lost
 */
public record Loss(long count, long first, long last) {

    static Loss of(long sequence) {
        return new Loss(1, sequence, sequence);
    }

    /** Both together; either may be null. */
    static Loss sum(Loss one, Loss other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return new Loss(one.count + other.count, Math.min(one.first, other.first), Math.max(one.last, other.last));
    }
}
