package io.firstline.simulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Which of the server's pings still wait for their PONG. Pure: no clock, no socket. */
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

    /** Takes a PONG: it answers the ping whose payload it copies and all earlier ones (RFC 6455, 5.5.3); any other PONG is unsolicited. */
    void ponged(byte[] payload) {
        String copied = Arrays.toString(payload);
        if (waiting.stream().anyMatch(ping -> ping.payload().equals(copied))) {
            while (!waiting.removeFirst().payload().equals(copied)) {
                // the pings before the one answered
            }
        }
    }

    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /** When the oldest waiting ping runs out, on the clock of {@link #pinged}; only while {@link #isWaiting}. */
    long deadlineNs() {
        return waiting.getFirst().sentNs() + timeoutNs;
    }
}
