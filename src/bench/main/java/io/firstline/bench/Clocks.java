package io.firstline.bench;

/**
 * Compares {@link System#nanoTime} of two processes: on Linux it is CLOCK_MONOTONIC for all, elsewhere it may differ.
 * The other process is asked for its time, which must lie between our times of request and answer.
 */
record Clocks(double offMicros, double uncertainMicros) {
    private static final int QUESTIONS = 50;

    /** Uses the fastest of several answers, which is the most exact. */
    static Clocks compare(Participant other) {
        Clocks best = new Clocks(Double.MAX_VALUE, Double.MAX_VALUE);
        for (int i = 0; i < QUESTIONS; i++) {
            long asked = System.nanoTime();
            long there = other.ask("clock").getLong("nanos");
            long answered = System.nanoTime();
            double uncertain = (answered - asked) / 2e3;
            if (uncertain < best.uncertainMicros) {
                best = new Clocks((there - asked) / 1e3 - uncertain, uncertain);
            }
        }
        return best;
    }

    boolean agree() {
        return Math.abs(offMicros) <= uncertainMicros;
    }
}
