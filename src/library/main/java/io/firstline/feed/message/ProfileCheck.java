package io.firstline.feed.message;

import io.firstline.feed.report.FeedFact.ProfileValue;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks whether the values that a venue's profile points to occur in messages: stream names, and the keys and
 * numbers of each stream class. A value is missing if none of {@value #MESSAGES} messages within at least five
 * seconds has it. Pure; times are nanoseconds of the monotonic clock.
 */
public final class ProfileCheck {
    public static final int MESSAGES = 20;
    static final long NANOS = 5_000_000_000L;

    /**
     * A value that was found in no message.
     *
     * @param type the number of the stream class; 0 with {@link ProfileValue#STREAM}
     * @param sample one of the messages
     * @param text whether it is text
     */
    public record Missing(ProfileValue what, int type, long messages, Buffer sample, boolean text) {}

    private static final class Item {
        private final ProfileValue what;
        private final int type;
        private boolean found;
        private long messages;
        private long sinceNanos;
        private Buffer sample;
        private boolean text;

        Item(ProfileValue what, int type, boolean isWanted) {
            this.what = what;
            this.type = type;
            this.found = !isWanted;
        }

        private boolean isMissing(long nowNanos) {
            return !found && messages >= MESSAGES && nowNanos - sinceNanos >= NANOS;
        }

        private Missing missing() {
            return new Missing(what, type, messages, sample, text);
        }
    }

    private final List<Item> items = new ArrayList<>();

    /** Adds a value to check; if it is not wanted, it cannot be missing. */
    public void want(ProfileValue what, int type, boolean isWanted) {
        items.add(new Item(what, type, isWanted));
    }

    /** Checks a copy, unless all values were found that are wanted of its stream. */
    void look(ArrivingCopy copy) {
        StreamWatch stream = copy.streamWatch();
        if (stream != null && stream.fits) {
            return;
        }
        if (isOpen(ProfileValue.STREAM, 0)) {
            check(copy, ProfileValue.STREAM, 0, stream != null);
        }
        if (stream == null) {
            return;
        }
        int type = stream.places.number();
        if (type != 0 && isOpen(ProfileValue.KEY, type)) {
            check(copy, ProfileValue.KEY, type, copy.key != 0);
        }
        if (type != 0 && isOpen(ProfileValue.SEQUENCE, type)) {
            check(copy, ProfileValue.SEQUENCE, type, copy.isNumbered());
        }
        stream.fits = type == 0 || !(isOpen(ProfileValue.KEY, type) || isOpen(ProfileValue.SEQUENCE, type));
    }

    private void check(ArrivingCopy copy, ProfileValue what, int type, boolean found) {
        if (found) {
            found(what, type);
        } else if (lacks(what, type, copy.arrivalNanos)) {
            sample(what, type, copy.payload().toBuffer(), copy.payload().isText());
        }
    }

    /** Returns whether the next message must be checked: a value that was found once is never missing. */
    boolean isOpen(ProfileValue what, int type) {
        return !item(what, type).found;
    }

    /** A message has the value. */
    public void found(ProfileValue what, int type) {
        Item item = item(what, type);
        item.found = true;
        item.sample = null;
    }

    /**
     * A message does not have the value.
     *
     * @return whether to pass the message to {@link #sample}
     */
    public boolean lacks(ProfileValue what, int type, long nowNanos) {
        Item item = item(what, type);
        if (item.messages++ == 0) {
            item.sinceNanos = nowNanos;
        }
        return item.messages == 1 || item.messages == MESSAGES;
    }

    public void sample(ProfileValue what, int type, Buffer message, boolean text) {
        Item item = item(what, type);
        item.sample = message;
        item.text = text;
    }

    private Item item(ProfileValue what, int type) {
        return items.get(what == ProfileValue.STREAM ? 0 : 2 * type - 1 + (what == ProfileValue.SEQUENCE ? 1 : 0));
    }

    /** A value that a profile points to. */
    public record Wanted(ProfileValue what, int type) {}

    /** Returns the values that were found after messages without them. */
    public List<Wanted> foundLate() {
        return items.stream()
                .filter(item -> item.found && item.messages > 0)
                .map(item -> new Wanted(item.what, item.type))
                .toList();
    }

    /** Returns the values that are missing now. */
    public List<Missing> missing(long nowNanos) {
        return items.stream()
                .filter(item -> item.isMissing(nowNanos))
                .map(Item::missing)
                .toList();
    }
}
