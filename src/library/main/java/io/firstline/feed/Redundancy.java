package io.firstline.feed;

/**
 * How many connections a feed has, and what becomes of their copies.
 *
 * @param trialMs how long a candidate may take until it delivers in step
 * @param arbitrates whether equal copies are detected
 * @param knownFrames the most frames whose bytes need not be read again
 */
record Redundancy(int target, long trialMs, boolean arbitrates, int knownFrames, Arbitration.Factory arbitration) {}
