package io.firstline.cluster;

/**
 * A node wants to publish a feed, or to go on with it, for the length of a lease from now.
 *
 * @param epoch higher than that of every lease before it, or that of its own
 */
record Ask(String feed, int epoch) {}
