package io.firstline.cluster;

/**
 * A node's release of its lease, or of its claim.
 *
 * @param won whether it had the lease in this epoch. If not, the votes for its claim have no effect any more
 */
record LeaseRelease(String feed, int epoch, boolean won) {}
