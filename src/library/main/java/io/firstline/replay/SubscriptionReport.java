package io.firstline.replay;

/**
 * The figures of a subscription.
 *
 * @param delivered messages delivered
 * @param filled delivered messages that had to be requested because they did not arrive
 * @param repeated repeats that were left out: the same number again, or published again by a new owner
 * @param stale messages of a former owner that were left out: the next owner publishes them again
 * @param lost messages that could not be had; each was reported in its place
 * @param restarts how often the feed began to count from 1 again
 * @param takeovers how often the owner changed
 * @param waiting messages that wait now for a missing one
 */
public record SubscriptionReport(
        long delivered,
        long filled,
        long repeated,
        long stale,
        long lost,
        long restarts,
        long takeovers,
        int waiting) {}
