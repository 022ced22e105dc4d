package io.firstline.bench.peers;

/** A way to merge lines that decides about each copy when it arrives. Single-threaded. */
interface Way {
    /**
     * A copy has arrived.
     *
     * @return whether to pass it on
     */
    boolean passes(int line, byte[] copy, long nowNanos);
}
