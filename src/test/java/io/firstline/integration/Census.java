package io.firstline.integration;

import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Records what an exchange sent, for any number of feeds that should each receive all of it. */
final class Census {
    private record Sent(int number, String stream, long nanos) {}

    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    Census(ExchangeSimulator exchange) {
        exchange.onEmit((stream, payload) -> {
            if (sent.put(payload.toString(), new Sent(count.getAndIncrement(), stream, System.nanoTime())) != null) {
                throw new AssertionError("the simulator repeats itself");
            }
        });
    }

    int sent() {
        return count.get();
    }

    /** The part of it that one feed received. Single-threaded except for the counts. */
    final class Share {
        private static final int TOLD = 10;
        private static final int KEPT = 5_000;

        private final BitSet seen = new BitSet();
        /** The last delivered messages, by number. */
        private final Map<Integer, FeedMessage> delivered = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, FeedMessage> eldest) {
                return size() > KEPT;
            }
        };
        /** The first messages that arrived twice or out of order. */
        final List<String> oddities = Collections.synchronizedList(new ArrayList<>());

        private final Map<String, Integer> last = new ConcurrentHashMap<>();
        volatile int received;
        volatile int twice;
        volatile int unknown;
        volatile int outOfOrder;
        /** Those out of order that were flagged late. */
        volatile int late;
        /** When the first message of each epoch arrived. */
        final Map<Integer, Long> beganNanos = new ConcurrentHashMap<>();

        private long lastNanos;
        private long lastSentNanos;
        /** The longest time between two messages, beyond the time between their emissions. */
        private final AtomicLong longestGapNanos = new AtomicLong();

        /** Returns the longest gap since the last call, milliseconds. */
        double takeLongestGapMs() {
            return longestGapNanos.getAndSet(0) / 1e6;
        }

        private void noteGap(long sentNanos, long nowNanos) {
            if (lastNanos != 0) {
                longestGapNanos.accumulateAndGet((nowNanos - lastNanos) - (sentNanos - lastSentNanos), Math::max);
            }
            lastNanos = nowNanos;
            lastSentNanos = sentNanos;
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
        void receive(FeedMessage delivered) {
            String text = delivered.asText();
            beganNanos.putIfAbsent(delivered.epoch(), System.nanoTime());
            Sent message = sent.get(text);
            if (message == null) {
                unknown++;
            } else if (seen.get(message.number())) {
                twice++;
                tell(delivered, "came again, first as", this.delivered.get(message.number()));
            } else {
                noteGap(message.nanos(), System.nanoTime());
                seen.set(message.number());
                this.delivered.put(message.number(), delivered);
                received++;
                int newest = last.merge(message.stream(), message.number(), Math::max);
                if (newest > message.number()) {
                    outOfOrder++;
                    late += delivered.late() ? 1 : 0;
                    tell(delivered, "of the same stream came after", this.delivered.get(newest));
                }
            }
        }

        private void tell(FeedMessage message, String what, FeedMessage other) {
            if (oddities.size() < TOLD) {
                oddities.add("%s %s %s".formatted(where(message), what, where(other)));
            }
        }

        private static String where(FeedMessage message) {
            return message == null
                    ? "long ago"
                    : "%d of epoch %d, received %d by %s"
                            .formatted(
                                    message.sequence(),
                                    message.epoch(),
                                    message.receivedMicros(),
                                    message.connectionId());
        }

        int lost() {
            return sent() - received;
        }

        /** The numbers of the messages that did not arrive: "12-15, 20", the last messages that arrived before and after. */
        String missing() {
            StringBuilder text = new StringBuilder();
            for (int from = seen.nextClearBit(0); from < sent(); ) {
                int next = seen.nextSetBit(from);
                int to = next < 0 ? sent() : next;
                text.append(text.isEmpty() ? "" : ", ")
                        .append(from)
                        .append('-')
                        .append(to - 1)
                        .append(" (before ")
                        .append(where(delivered.get(from - 1)))
                        .append("; after ")
                        .append(where(delivered.get(to)))
                        .append(')');
                from = seen.nextClearBit(to);
            }
            return text.toString();
        }
    }
}
