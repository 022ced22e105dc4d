package io.firstline.relay;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The streams of a feed that clients of other nodes' relays want, as those relays say about once a second. Nobody else
 * ends the streams of a relay that is gone, so the others do. Pure.
 */
final class OtherRelays {
    static final long GONE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MOST = 256;

    private final Map<String, Heard> relays = new LinkedHashMap<>();

    private record Heard(Set<String> streams, long atNanos) {}

    /** A relay says what its clients want. */
    void heard(String relay, Collection<String> streams, long nowNanos) {
        if (relays.size() < MOST || relays.containsKey(relay)) {
            relays.put(relay, new Heard(Set.copyOf(streams), nowNanos));
        }
    }

    boolean want(String stream) {
        return relays.values().stream().anyMatch(each -> each.streams().contains(stream));
    }

    /** All that they want. */
    Set<String> wanted() {
        return relays.values().stream().flatMap(each -> each.streams().stream()).collect(Collectors.toSet());
    }

    /** The streams of relays that have been silent for long, which are forgotten. */
    List<String> ofGone(long nowNanos) {
        List<String> streams = new ArrayList<>();
        Iterator<Heard> all = relays.values().iterator();
        while (all.hasNext()) {
            Heard each = all.next();
            if (nowNanos - each.atNanos() >= GONE_NANOS) {
                streams.addAll(each.streams());
                all.remove();
            }
        }
        return streams;
    }
}
