package io.firstline.cluster;

/**
 * A node's request to publish a feed, or to continue, for the length of a lease from now.
 *
 * @param epoch greater than that of every earlier lease, or equal to the epoch of the lease to extend
 */
record LeaseRequest(String feed, int epoch) {}
