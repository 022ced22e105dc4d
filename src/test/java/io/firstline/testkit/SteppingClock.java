package io.firstline.testkit;

import io.firstline.connection.Scheduler;

/** The real clock, with a wall clock that steps when a test says so. */
public final class SteppingClock extends SameClock {
    private volatile long stepMicros;

    public SteppingClock(Scheduler real) {
        super(real);
    }

    @Override
    public long epochMicros() {
        return super.epochMicros() + stepMicros;
    }

    /** The wall clock is this far ahead of the real one from now on. */
    public void step(long micros) {
        stepMicros = micros;
    }
}
