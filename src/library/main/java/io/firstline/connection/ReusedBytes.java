package io.firstline.connection;

/** An array that one message after the other reuses. */
final class ReusedBytes {
    /** A longer array is not kept for the next message. */
    private static final int MAX_KEPT_BYTES = 1 << 20;

    private byte[] bytes = new byte[1_024];

    /** An array of at least this length. Its previous content may be lost. */
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
