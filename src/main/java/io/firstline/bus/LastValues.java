package io.firstline.bus;

import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last message of each stream; of too many streams, those that moved last. Not thread-safe. */
final class LastValues {
    private final Amount bound;
    /** In the order in which the streams moved. */
    private final Map<String, FeedMessage> byStream = new LinkedHashMap<>();

    private long bytes;

    /**
     * With nothing kept yet.
     *
     * @param bound of how many streams, of how many payload bytes; the youngest is kept whatever its size
     */
    LastValues(Amount bound) {
        this.bound = bound;
    }

    void put(String stream, FeedMessage message) {
        FeedMessage before = byStream.get(stream);
        if (bound.messages() == 0 || (message.late() && before != null)) {
            return; // a late one is older than what is there, though its number is higher
        }
        if (before != null) {
            byStream.remove(stream);
            bytes -= before.payload().length();
        }
        byStream.put(stream, message);
        bytes += message.payload().length();
        Iterator<FeedMessage> oldest = byStream.values().iterator();
        while (byStream.size() > 1 && new Amount(byStream.size(), bytes).exceeds(bound)) {
            bytes -= oldest.next().payload().length();
            oldest.remove();
        }
    }

    /**
     * What is kept, in the order of the messages' numbers.
     *
     * @param streams of these only; empty = of all
     */
    List<FeedMessage> from(long sequence, Collection<String> streams) {
        List<FeedMessage> found = new ArrayList<>();
        byStream.forEach((stream, message) -> {
            if (message.sequence() >= sequence && (streams.isEmpty() || streams.contains(stream))) {
                found.add(message);
            }
        });
        found.sort(Comparator.comparingLong(FeedMessage::sequence));
        return found;
    }
}
