package io.firstline.cluster;

/**
 * What a voter answers to an {@link Ask}.
 *
 * @param epoch the one that was asked for
 * @param granted whether the voter lets the asker have the feed for the length of a lease
 * @param knownEpoch the highest that the voter has granted: a new claim must be above
 */
record Vote(String feed, int epoch, boolean granted, int knownEpoch) {}
