package io.firstline.simulation;

import java.util.Locale;

/** The totals of one or more worlds. */
final class Life {
    long worlds;
    long virtualNanos;
    long steps;
    long messages;
    long copies;
    long faults;
    long attempts;
    long connections;
    long evictions;

    // the known limits of identification by bytes, and how often they occurred
    long late;
    long flaggedInVain;
    long disordered;
    long forgotten;
    long absorbed;

    void add(Life other) {
        worlds += other.worlds;
        virtualNanos += other.virtualNanos;
        steps += other.steps;
        messages += other.messages;
        copies += other.copies;
        faults += other.faults;
        attempts += other.attempts;
        connections += other.connections;
        evictions += other.evictions;
        late += other.late;
        flaggedInVain += other.flaggedInVain;
        disordered += other.disordered;
        forgotten += other.forgotten;
        absorbed += other.absorbed;
    }

    double hours() {
        return virtualNanos / (double) Plan.HOUR;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,.0f h, %,d worlds, %,d faults, %,d messages in %,d copies, %,d attempts to connect, %,d connections,"
                        + " %,d evictions, %,d steps; late %,d (in vain %,d), unordered as documented %,d,"
                        + " again after the history %,d, repeats absorbed %,d",
                hours(),
                worlds,
                faults,
                messages,
                copies,
                attempts,
                connections,
                evictions,
                steps,
                late,
                flaggedInVain,
                disordered,
                forgotten,
                absorbed);
    }
}
