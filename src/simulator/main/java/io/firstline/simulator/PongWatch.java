package io.firstline.simulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Tracks the server's pings without a PONG. Pure: no clock, no socket. */
final class PongWatch {
    private record Ping(String payload, long sentNs) {}

    private final Deque<Ping> waiting = new ArrayDeque<>();
    private final long timeoutNs;

    PongWatch(long timeoutNs) {
        this.timeoutNs = timeoutNs;
    }

    void pinged(byte[] payload, long nowNs) {
        waiting.addLast(new Ping(Arrays.toString(payload), nowNs));
    }

    /**
     * Handles a PONG: it answers the ping with the same payload and all earlier ones (RFC 6455, 5.5.3). Any other PONG
     * is unsolicited.
     */
    void ponged(byte[] payload) {
        String copied = Arrays.toString(payload);
        if (waiting.stream().anyMatch(ping -> ping.payload().equals(copied))) {
            while (!waiting.removeFirst().payload().equals(copied)) {
                // the pings before the answered one
            }
        }
    }

    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /**
     * The deadline of the oldest unanswered ping, on the clock of {@link #pinged}; valid only while {@link #isWaiting}.
     */
    long deadlineNs() {
        return waiting.getFirst().sentNs() + timeoutNs;
    }
}
