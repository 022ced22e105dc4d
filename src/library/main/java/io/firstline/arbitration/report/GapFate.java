package io.firstline.arbitration.report;

/** The state of a gap. */
public enum GapFate {
    /** The missing numbers may still arrive. */
    OPEN,
    /** They have arrived, on any connection. */
    HEALED,
    /** They have not arrived in time. */
    LOST
}
