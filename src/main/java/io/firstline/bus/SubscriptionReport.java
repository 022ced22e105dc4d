package io.firstline.bus;

/**
 * What has become of a subscription so far.
 *
 * @param delivered messages handed over
 * @param filled of these, how many were asked for because they had not come
 * @param repeated came again and were left out: the same number again, or what a new owner published again
 * @param stale published by an owner that was not one any more, left out: the next one publishes them again
 * @param lost neither came nor could be had; each was told in its place
 * @param restarts how often the feed began to count from 1 again
 * @param takeovers how often the feed got another owner
 * @param waiting messages held back at the moment, for one that is missing
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
