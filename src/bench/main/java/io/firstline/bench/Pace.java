package io.firstline.bench;

/**
 * The durations of a run.
 *
 * @param rounds every cell is measured once in each
 * @param firstWarmUpMs before the first measurement of a client process, whose compilers are at work
 * @param warmUpMs before each other measurement
 * @param fillMs before a measurement of many feeds, so that their histories of a minute are full
 * @param measureMs one measurement
 * @param limitMs no round starts that would probably end later
 * @param peerSeconds the length of the feed on which ways to merge are compared
 */
record Pace(int rounds, long firstWarmUpMs, long warmUpMs, long fillMs, long measureMs, long limitMs, int peerSeconds) {
    static final Pace FULL = new Pace(5, 6_000, 700, 65_000, 2_000, Long.MAX_VALUE, 60);
    /** Takes at most 90 seconds on two cores, including the start of nine processes. */
    static final Pace QUICK = new Pace(3, 1_300, 300, 0, 600, 78_000, 10);

    Pace withRounds(int number) {
        return new Pace(number, firstWarmUpMs, warmUpMs, fillMs, measureMs, limitMs, peerSeconds);
    }
}
