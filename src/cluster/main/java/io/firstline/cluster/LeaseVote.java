package io.firstline.cluster;

/**
 * A voter's answer to an {@link LeaseRequest}.
 *
 * @param epoch the requested epoch
 * @param granted whether the voter grants the feed for the length of a lease
 * @param knownEpoch the highest epoch that the voter has granted or heard of: a new claim must exceed it
 */
record LeaseVote(String feed, int epoch, boolean granted, int knownEpoch) {}
