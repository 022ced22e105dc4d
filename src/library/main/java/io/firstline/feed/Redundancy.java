package io.firstline.feed;

/**
 * How many connections a feed has, and what becomes of their copies.
 *
 * @param target the number of connections at the start
 * @param most the largest number
 * @param openStaggerMs the time between the first attempts of two connections
 * @param arbitrates whether equal copies are detected
 * @param knownFrames the most frames whose bytes need not be read again
 */
record Redundancy(
        int target,
        int most,
        PoolTimes times,
        int openStaggerMs,
        boolean arbitrates,
        int knownFrames,
        Arbitration.Factory arbitration) {}
