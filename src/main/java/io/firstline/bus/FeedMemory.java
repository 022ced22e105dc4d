package io.firstline.bus;

import io.firstline.config.Retention;
import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The last messages of a feed as they were published, and the last of each stream: what {@link FeedResend} answers from. The owner of the
 * feed remembers what it publishes; who may become its owner remembers what it sees the owner publish, and says {@link #begin} when it
 * takes over. Of numbers that two owners gave, the later owner's count. Who may become the owner should have no holes: at each new owner it
 * asks for that one's {@link #state()}, says {@link #follow}, and asks for the rest. Who has one when it becomes the owner goes on from there
 * ({@link #forgetFrom}).
 *
 * <p>Bounded in messages and payload bytes; holds references to the messages, no copies. Used by any thread: the pools of a feed publish
 * from several event loops, and questions come on another. Nobody waits for more than an array's look-up.
 */
final class FeedMemory {
    private static final int FIRST_SIZE = 16;

    private final Amount bound;
    private final LastValues lastValues;
    private final long life;

    private final List<FeedMessage> forgotten = new ArrayList<>();
    private FeedMessage[] slots = new FeedMessage[0];
    private int head;
    private int size;
    private long bytes;
    private long last;
    private Epochs epochs = Epochs.NONE;

    /**
     * Empty.
     *
     * @param life tells this run of the feed from others that count from 1 as well: when it was started
     */
    FeedMemory(Retention retention, long life) {
        this.bound = new Amount(retention.messages(), retention.bytes());
        this.lastValues = new LastValues(new Amount(retention.streams(), retention.bytes()));
        this.life = life;
    }

    /** From the next message on the feed is ours, in this epoch; answers with that message's number. */
    synchronized long begin(int epoch) {
        if (epoch > epochs.newest()) {
            epochs = epochs.begin(epoch, last + 1);
        }
        return last + 1;
    }

    /** What was forgotten, since this was last asked, because a later owner does not go on from it, in the order of the numbers. */
    synchronized List<FeedMessage> takeForgotten() {
        List<FeedMessage> taken = List.copyOf(forgotten);
        forgotten.clear();
        return taken;
    }

    /**
     * The owner has said where it and those before it began. What we have of others that it does not go on from is forgotten.
     *
     * @return the first number to ask the owner for: what is kept from there on may have holes
     */
    synchronized long follow(Epochs owners) {
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
        return firstHole();
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
     * Somebody has published a message; what does not count any more is ignored.
     *
     * @param stream its stream's name, or null if it has none
     * @return whether it is news
     */
    synchronized boolean add(FeedMessage message, String stream) {
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

    /** Numbers ascend, but for what comes late of an owner that is gone: it takes its place. */
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
        bytes += message.payload().length();
        while (size > 1 && bytes > bound.bytes()) {
            removeOldest();
        }
        return true;
    }

    private void removeOldest() {
        bytes -= at(0).payload().length();
        set(0, null);
        head = (head + 1) % slots.length;
        size--;
    }

    /**
     * What has this number or a greater one does not count. Who becomes the owner says so of the first number that it lacks: it may have
     * the message still to publish, and consumers know it again only if its old number does not count.
     */
    synchronized void forgetFrom(long sequence) {
        int place = placeOf(sequence);
        forgotten.addAll(list(size - place, i -> at(place + (int) i)));
        while (size > place) {
            bytes -= at(size - 1).payload().length();
            set(--size, null);
        }
        last = Math.min(last, sequence - 1);
    }

    /** Where the first message stands whose number is not smaller. */
    private int placeOf(long sequence) {
        int low = 0;
        int high = size;
        if (size > 0 && at(size - 1).sequence() < sequence) {
            return size; // as good as always
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
        return slots[(head + place) % slots.length];
    }

    private void set(int place, FeedMessage message) {
        slots[(head + place) % slots.length] = message;
    }

    private void grow() {
        FeedMessage[] larger = Arrays.copyOf(slots, Math.max(FIRST_SIZE, slots.length * 2));
        System.arraycopy(slots, head, larger, 0, size - head);
        System.arraycopy(slots, 0, larger, size - head, head);
        Arrays.fill(larger, size, larger.length, null);
        slots = larger;
        head = 0;
    }

    /** The number of the last message that was published; 0 = none. */
    synchronized long last() {
        return last;
    }

    /** Where the feed is; no messages. */
    synchronized Resent state() {
        return resent(List.of(), last, 0, false);
    }

    /**
     * The messages of a range, as many as fit into an answer.
     *
     * @param to further than the last that was published is no further
     */
    synchronized Resent range(long from, long to) {
        long end = Math.min(to, last);
        int first = placeOf(from);
        int place = first;
        Amount reply = Amount.NONE;
        while (place < size && at(place).sequence() <= end) {
            Amount longer = reply.plus(at(place).payload().length());
            if (place > first && longer.exceeds(Resent.BOUND)) {
                break;
            }
            reply = longer;
            place++;
        }
        boolean more = place < size && at(place).sequence() <= end;
        long answered = more ? at(place).sequence() - 1 : Math.max(end, from - 1);
        int start = first;
        return resent(
                list(place - first, i -> at(start + (int) i)), answered, answered - from + 1 - (place - first), more);
    }

    /**
     * The last message of each stream, as many as fit into an answer: those that moved first.
     *
     * @param from only what has this number or a greater one: where the last answer ended
     * @param streams empty = all
     */
    synchronized Resent lastValues(long from, Collection<String> streams) {
        List<FeedMessage> all = lastValues.from(from, streams).stream()
                .filter(message -> epochs.epochOf(message.sequence()) == message.epoch())
                .toList();
        Amount reply = Amount.NONE;
        int count = 0;
        while (count < all.size()) {
            reply = reply.plus(all.get(count).payload().length());
            if (count > 0 && reply.exceeds(Resent.BOUND)) {
                break;
            }
            count++;
        }
        boolean more = count < all.size();
        return resent(all.subList(0, count), more ? all.get(count).sequence() - 1 : last, 0, more);
    }

    private static List<FeedMessage> list(int count, LongFunction<FeedMessage> message) {
        return LongStream.range(0, count).mapToObj(message).toList();
    }

    private Resent resent(List<FeedMessage> messages, long to, long missing, boolean more) {
        return new Resent(epochs, life, size == 0 ? 0 : at(0).sequence(), last, to, missing, more, messages);
    }
}
