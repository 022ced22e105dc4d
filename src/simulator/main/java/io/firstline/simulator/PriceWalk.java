package io.firstline.simulator;

import java.util.SplittableRandom;

/** A seeded random walk of the top of a book around its starting price. The same seed gives the same quotes. */
final class PriceWalk {
    private static final long MAX_LOTS = 400_000;
    private static final int MAX_SPREAD_TICKS = 3;
    /** One step moves the price by at most about 14 parts per million. */
    private static final long STEP_SHARE = 70_000;
    /** The pull back to the start, which keeps the price near it (and positive) forever. */
    private static final long PULL_SHARE = 2_000;

    private final SplittableRandom random;
    private final long anchorTicks;
    private final long stepTicks;
    private long bidTicks;

    PriceWalk(long seed, long anchorTicks) {
        this.random = new SplittableRandom(seed);
        this.anchorTicks = anchorTicks;
        this.stepTicks = Math.max(1, anchorTicks / STEP_SHARE);
        this.bidTicks = anchorTicks;
    }

    BookQuote next() {
        bidTicks += (anchorTicks - bidTicks) / PULL_SHARE + random.nextLong(-stepTicks, stepTicks + 1);
        long askTicks = bidTicks + 1 + random.nextInt(MAX_SPREAD_TICKS);
        return new BookQuote(bidTicks, random.nextLong(1, MAX_LOTS), askTicks, random.nextLong(1, MAX_LOTS));
    }
}
