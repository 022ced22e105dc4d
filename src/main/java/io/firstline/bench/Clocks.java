package io.firstline.bench;

/**
 * Whether {@link System#nanoTime} says the same in two processes: on Linux it is CLOCK_MONOTONIC, elsewhere it need not be. The other
 * process is asked for its time; the answer must lie between question and answer here.
 */
record Clocks(double offMicros, double uncertainMicros) {
    private static final int QUESTIONS = 50;

    /** The quickest of several answers says most. */
    static Clocks compare(Peer other) {
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
