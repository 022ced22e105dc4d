package io.firstline.replay.retention;

import io.firstline.bus.publish.Volume;
import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last message of each stream; of too many streams, those that changed last. Not thread-safe. */
final class LastValues {
    private final Volume bound;
    /** Ordered by the streams' last change: a changed entry moves to the end without garbage. */
    private final Map<String, FeedMessage> byStream = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    /**
     * Creates an empty table.
     *
     * @param bound the limit of streams and payload bytes; the youngest message is kept whatever its size
     */
    LastValues(Volume bound) {
        this.bound = bound;
    }

    void put(String stream, FeedMessage message) {
        if (bound.messages() == 0 || (message.late() && byStream.containsKey(stream))) {
            return; // a late message is older than the present one, though its number is greater
        }
        FeedMessage before = byStream.put(stream, message);
        bytes += message.length() - (before == null ? 0 : before.length());
        while (byStream.size() > 1 && new Volume(byStream.size(), bytes).exceeds(bound)) {
            Iterator<FeedMessage> oldest = byStream.values().iterator();
            bytes -= oldest.next().length();
            oldest.remove();
        }
    }

    /**
     * Returns the kept messages, ordered by number.
     *
     * @param streams only these; empty = all
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
