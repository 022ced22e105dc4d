package io.firstline.bench;

/**
 * How long things take.
 *
 * @param rounds every cell is measured once in each
 * @param firstWarmUpMs before the first measurement of a client's process: its compilers are at work
 * @param warmUpMs before each of the others
 * @param measureMs one measurement
 * @param limitMs no round begins that would probably end after this
 */
record Pace(int rounds, long firstWarmUpMs, long warmUpMs, long measureMs, long limitMs) {
    static final Pace FULL = new Pace(5, 6_000, 700, 2_000, Long.MAX_VALUE);
    /** Fits in 90 seconds on two cores, with the start of nine processes. */
    static final Pace QUICK = new Pace(3, 1_300, 300, 600, 78_000);

    Pace withRounds(int number) {
        return new Pace(number, firstWarmUpMs, warmUpMs, measureMs, limitMs);
    }
}
