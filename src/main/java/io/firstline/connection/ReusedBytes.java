package io.firstline.connection;

/** An array for one message after the other. */
final class ReusedBytes {
    /** Kept for the next message, unless this one is unusually long. */
    private static final int MAX_KEPT_BYTES = 1 << 20;

    private byte[] bytes = new byte[1_024];

    /** An array of at least this length; what it held before is gone. */
    byte[] forLength(int length) {
        if (length <= bytes.length) {
            return bytes;
        }
        if (length > MAX_KEPT_BYTES) {
            return new byte[length];
        }
        bytes = new byte[Math.min(MAX_KEPT_BYTES, Math.max(length, 2 * bytes.length))];
        return bytes;
    }
}
