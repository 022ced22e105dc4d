package io.firstline.bench.peers;

import java.util.HashMap;
import java.util.Map;

/**
 * Passes a message on if its number is higher than all before it in its stream: a sequence number, or the time at the
 * server. A message without one is passed on.
 */
final class HighestNumber implements Way {
    static final String BY_SEQUENCE = "highest sequence number";
    static final String BY_TIME = "newest time";

    private final NumberReader numbers;
    private final Map<String, Long> highest = new HashMap<>();

    HighestNumber(NumberReader numbers) {
        this.numbers = numbers;
    }

    static HighestNumber bySequence() {
        return new HighestNumber(message -> NumberedMessage.read(message, "seq"));
    }

    static HighestNumber byTime() {
        return new HighestNumber(message -> NumberedMessage.read(message, "time"));
    }

    @Override
    public boolean passes(int line, byte[] copy, long nowNanos) {
        NumberedMessage message = numbers.read(copy);
        if (message.number() == NumberedMessage.NONE) {
            return true;
        }
        Long before = highest.get(message.stream());
        if (before != null && before >= message.number()) {
            return false;
        }
        highest.put(message.stream(), message.number());
        return true;
    }
}
