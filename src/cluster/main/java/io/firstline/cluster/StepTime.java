package io.firstline.cluster;

/**
 * The time of a step of a {@link LeaseNode}.
 *
 * @param nanos of this node's monotonic clock, for all decisions
 * @param epochMs milliseconds since 1970, only to number epochs and heartbeats: this clock may step at any time
 */
record StepTime(long nanos, long epochMs) {}
