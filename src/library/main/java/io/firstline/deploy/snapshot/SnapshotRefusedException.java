package io.firstline.deploy.snapshot;

/** A snapshot cannot be had; the message says why, for people. */
final class SnapshotRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final SnapshotRefusal reason;

    /** @param detail further words; empty = none */
    SnapshotRefusedException(String stream, SnapshotRefusal reason, String detail) {
        super("no snapshot of " + stream + ": " + reason.words() + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.reason = reason;
    }

    SnapshotRefusal reason() {
        return reason;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
