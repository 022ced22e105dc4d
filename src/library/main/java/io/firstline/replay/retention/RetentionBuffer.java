package io.firstline.replay.retention;

import io.firstline.bus.publish.Volume;
import io.firstline.config.feed.Retention;
import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The last published messages of a feed, and the last of each stream, from which {@link ReplayService} answers. The
 * owner of the feed adds what it publishes. A node that may become the owner adds what it receives from the owner,
 * and calls {@link #begin} when it takes over. If two owners assigned the same number, the later owner's message
 * counts.
 *
 * <p>A node that may become the owner should have no holes. At each new owner it requests that owner's
 * {@link #state()}, calls {@link #follow}, and requests the rest. With a hole, it continues from the hole
 * ({@link #forgetFrom}).
 *
 * <p>Bounded in messages and payload bytes; holds references to the messages, no copies. Thread-safe: the pools of a
 * feed publish from several event loops, and requests arrive on another. Each call holds the lock for an array
 * look-up only.
 */
public final class RetentionBuffer {
    private static final int FIRST_SIZE = 16;
    private static final int MOST_LEFT_OUT = 16_384;

    private final Volume bound;
    private final LastValues lastValues;
    private final long incarnation;

    /** Numbers that have no message: by number, the identity of a message that their owner dropped. */
    private final TreeMap<Long, Long> leftOut = new TreeMap<>();

    private final List<FeedMessage> forgotten = new ArrayList<>();
    /** A power of two, or empty. */
    private FeedMessage[] slots = new FeedMessage[0];

    private int head;
    private int size;
    private long bytes;
    private long last;
    private EpochHistory epochs = EpochHistory.NONE;

    /**
     * Creates an empty memory.
     *
     * @param incarnation identifies this run of the feed among others that count from 1: its start time
     */
    public RetentionBuffer(Retention retention, long incarnation) {
        this.bound = new Volume(retention.messages(), retention.bytes());
        this.lastValues = new LastValues(new Volume(retention.streams(), retention.bytes()));
        this.incarnation = incarnation;
    }

    /** This node owns the feed in this epoch from the next message on; returns that message's number. */
    public synchronized long begin(int epoch) {
        if (epoch > epochs.newest()) {
            epochs = epochs.begin(epoch, last + 1);
        }
        return last + 1;
    }

    /**
     * This node, which has just begun, leaves numbers out for messages that it had to drop, and that perhaps nobody has
     * published.
     *
     * @param first the first of these numbers
     * @param identities of the messages, oldest first
     */
    public synchronized void leaveOut(long first, List<Long> identities) {
        for (int i = 0; i < identities.size(); i++) {
            leftOut.put(first + i, identities.get(i));
        }
        while (leftOut.size() > MOST_LEFT_OUT) {
            leftOut.pollFirstEntry();
        }
    }

    /**
     * Returns the messages forgotten since the last call because a later owner does not continue from them, by
     * number.
     */
    public synchronized List<FeedMessage> takeForgotten() {
        List<FeedMessage> taken = List.copyOf(forgotten);
        forgotten.clear();
        return taken;
    }

    /**
     * Follows the owner's list of epochs. Forgets messages of other owners that the owner does not continue from.
     *
     * @return the first number to request from the owner: later ones may have holes
     */
    public synchronized long follow(EpochHistory owners) {
        long end = epochs.divergence(owners);
        List<FeedMessage> owned = List.of();
        if (end < Long.MAX_VALUE) {
            owned = IntStream.range(placeOf(end), size)
                    .mapToObj(this::at)
                    .filter(message -> message.epoch() == owners.epochOf(message.sequence()))
                    .toList();
            forgetFrom(end);
            epochs = epochs.upTo(end, owners);
        }
        epochs = epochs.and(owners);
        owned.forEach(message -> add(message, null));
        forgotten.removeAll(owned);
        boolean isBelowTheOldest = size > 0 && at(0).sequence() > end; // all before it were forgotten
        return isBelowTheOldest ? end : firstHole();
    }

    /** Returns the first number from this one on whose message is not kept. */
    public synchronized long firstMissing(long from) {
        long number = from;
        for (int i = placeOf(from); i < size && at(i).sequence() == number; i++) {
            number++;
        }
        return number;
    }

    private long firstHole() {
        for (int i = 1; i < size; i++) {
            if (at(i).sequence() != at(i - 1).sequence() + 1) {
                return at(i - 1).sequence() + 1;
            }
        }
        return last + 1;
    }

    /**
     * Adds a message that another node has published; ignores one whose number no longer counts.
     *
     * @param stream its stream's name, or null if it has none
     * @return whether it is new
     */
    public synchronized boolean add(FeedMessage message, String stream) {
        long sequence = message.sequence();
        if (message.epoch() > epochs.newest()) {
            epochs = epochs.begin(message.epoch(), sequence);
            forgetFrom(sequence);
        } else if (message.epoch() != epochs.epochOf(sequence)) {
            return false;
        }
        boolean isYoungest = sequence > last;
        if (stream != null && isYoungest) {
            lastValues.put(stream, message);
        }
        last = Math.max(last, sequence);
        return bound.messages() > 0 ? keep(message) : isYoungest;
    }

    /** Inserts a message in order: numbers ascend, except for late messages of a former owner. */
    private boolean keep(FeedMessage message) {
        int place = placeOf(message.sequence());
        if (place < size && at(place).sequence() == message.sequence()) {
            return false;
        }
        if (size == bound.messages()) {
            if (place == 0) {
                return false; // older than all
            }
            removeOldest();
            place--;
        }
        if (size == slots.length) {
            grow();
        }
        for (int i = size; i > place; i--) {
            set(i, at(i - 1));
        }
        set(place, message);
        size++;
        bytes += message.length();
        while (size > 1 && bytes > bound.bytes()) {
            removeOldest();
        }
        return true;
    }

    private void removeOldest() {
        bytes -= at(0).length();
        set(0, null);
        head = (head + 1) & (slots.length - 1);
        size--;
    }

    /**
     * Forgets this number and greater ones. A new owner calls it with the first number that it is missing: it may
     * still have to publish the message itself, and consumers recognise a repeat only if the old number does not
     * count.
     */
    public synchronized void forgetFrom(long sequence) {
        int place = placeOf(sequence);
        forgotten.addAll(list(size - place, i -> at(place + (int) i)));
        while (size > place) {
            bytes -= at(size - 1).length();
            set(--size, null);
        }
        last = Math.min(last, sequence - 1);
        leftOut.tailMap(sequence, true).clear();
    }

    /** Returns the index of the first message whose number is not smaller. */
    private int placeOf(long sequence) {
        int low = 0;
        int high = size;
        if (size > 0 && at(size - 1).sequence() < sequence) {
            return size; // almost always
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).sequence() < sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private FeedMessage at(int place) {
        return slots[(head + place) & (slots.length - 1)];
    }

    private void set(int place, FeedMessage message) {
        slots[(head + place) & (slots.length - 1)] = message;
    }

    private void grow() {
        FeedMessage[] larger = Arrays.copyOf(slots, Math.max(FIRST_SIZE, slots.length * 2));
        System.arraycopy(slots, head, larger, 0, size - head);
        System.arraycopy(slots, 0, larger, size - head, head);
        Arrays.fill(larger, size, larger.length, null);
        slots = larger;
        head = 0;
    }

    /** Returns the number of the last published message; 0 = none. */
    public synchronized long last() {
        return last;
    }

    /** Returns the state of the feed without messages. */
    public synchronized ReplayResponse state() {
        return resent(List.of(), last, 0, false, Map.of());
    }

    /**
     * Returns the messages of a range, as many as fit into an answer.
     *
     * @param to limited to the last published number
     */
    public synchronized ReplayResponse range(long from, long to) {
        long end = Math.min(to, last);
        List<Long> left = from > end
                ? List.of()
                : List.copyOf(leftOut.subMap(from, true, end, true).keySet());
        boolean isLeftOutBeyond = left.size() > ReplayResponse.MOST_LEFT_OUT;
        end = isLeftOutBeyond ? left.get(ReplayResponse.MOST_LEFT_OUT) - 1 : end;
        int first = placeOf(from);
        int place = first;
        Volume reply = Volume.NONE;
        while (place < size && at(place).sequence() <= end) {
            Volume longer = reply.plus(at(place).length());
            if (place > first && longer.exceeds(ReplayResponse.BOUND)) {
                break;
            }
            reply = longer;
            place++;
        }
        boolean isFull = place < size && at(place).sequence() <= end;
        long answered = isFull ? at(place).sequence() - 1 : Math.max(end, from - 1);
        int start = first;
        return resent(
                list(place - first, i -> at(start + (int) i)),
                answered,
                answered - from + 1 - (place - first),
                isFull || isLeftOutBeyond,
                from > answered ? Map.of() : leftOut.subMap(from, true, answered, true));
    }

    /**
     * Returns the last message of each stream, as many as fit into an answer, oldest first.
     *
     * @param from only this number and greater ones: the end of the last answer
     * @param streams empty = all
     */
    public synchronized ReplayResponse lastValues(long from, Collection<String> streams) {
        List<FeedMessage> all = lastValues.from(from, streams).stream()
                .filter(message -> epochs.epochOf(message.sequence()) == message.epoch())
                .toList();
        Volume reply = Volume.NONE;
        int count = 0;
        while (count < all.size()) {
            reply = reply.plus(all.get(count).length());
            if (count > 0 && reply.exceeds(ReplayResponse.BOUND)) {
                break;
            }
            count++;
        }
        boolean more = count < all.size();
        return resent(all.subList(0, count), more ? all.get(count).sequence() - 1 : last, 0, more, Map.of());
    }

    private static List<FeedMessage> list(int count, LongFunction<FeedMessage> message) {
        return LongStream.range(0, count).mapToObj(message).toList();
    }

    private ReplayResponse resent(
            List<FeedMessage> messages, long to, long missing, boolean more, Map<Long, Long> leftOutOfIt) {
        return new ReplayResponse(
                epochs, incarnation, size == 0 ? 0 : at(0).sequence(), last, to, missing, more, messages, leftOutOfIt);
    }
}
