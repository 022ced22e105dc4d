package io.firstline.arbitration.report;

/** Whether the venue's sequences prove that the published stream is complete. */
public enum Proof {
    /** Every number since the first was published, or may still arrive in time. */
    PROVEN_COMPLETE,
    /** The venue sends no sequences, or no message has arrived yet. */
    UNPROVABLE,
    /** Numbers are missing for good. */
    GAP
}
