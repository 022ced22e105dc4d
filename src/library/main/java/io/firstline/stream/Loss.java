package io.firstline.stream;

/**
 * Messages that one consumer lost because it was too slow.
 *
 * @param count number of lost messages
 * @param first the smallest of their sequence numbers
 * @param last the largest. All messages from first to last are lost, except with {@link Overflow#CONFLATE}: there,
 *     messages of other streams between them may not be lost
 */
public record Loss(long count, long first, long last) {

    static Loss of(long sequence) {
        return new Loss(1, sequence, sequence);
    }

    /** The sum of both; either may be null. */
    static Loss sum(Loss one, Loss other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return new Loss(one.count + other.count, Math.min(one.first, other.first), Math.max(one.last, other.last));
    }
}
