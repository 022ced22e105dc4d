package io.firstline.connection;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The order in which to try the addresses of a host: an address that failed is left alone for a while, and the least
 * used address comes first, so that the connections of a feed spread. Pure; not thread-safe; times are nanoseconds of
 * the monotonic clock.
 */
final class AddressOrder {
    static final long LEFT_ALONE_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);
    /** Unused addresses are forgotten beyond this number. */
    static final int MAX_ADDRESSES = 1_024;

    /** The knowledge of an address, seen from one local address. */
    record Place(String local, InetAddress address) {}

    private static final class Facts {
        private int uses;
        private int failures;
        private long freeAtNanos;

        boolean isLeftAlone(long nowNanos) {
            return failures > 0 && freeAtNanos - nowNanos > 0;
        }
    }

    private final Map<Place, Facts> known = new HashMap<>();

    /**
     * Orders addresses.
     *
     * @param found in the order of preference among equals
     * @param most how many different addresses may be in use
     */
    List<InetAddress> ordered(String local, List<InetAddress> found, int most, long nowNanos) {
        long used = found.stream()
                .filter(address -> uses(local, address) > 0 && !isLeftAlone(local, address, nowNanos))
                .count();
        return found.stream()
                .sorted(Comparator.<InetAddress, Boolean>comparing(address -> isLeftAlone(local, address, nowNanos))
                        .thenComparing(address -> used >= most && uses(local, address) == 0)
                        .thenComparingInt(address -> uses(local, address))
                        // a machine without a route for version 6 must not begin with it
                        .thenComparing(address -> !(address instanceof Inet4Address)))
                .toList();
    }

    private int uses(String local, InetAddress address) {
        Facts facts = known.get(new Place(local, address));
        return facts == null ? 0 : facts.uses;
    }

    boolean isLeftAlone(String local, InetAddress address, long nowNanos) {
        Facts facts = known.get(new Place(local, address));
        return facts != null && facts.isLeftAlone(nowNanos);
    }

    /** An attempt or a connection uses an address. */
    void begins(Place place) {
        facts(place).uses++;
    }

    /** It ends. */
    void ends(Place place) {
        facts(place).uses--;
    }

    void worked(Place place) {
        facts(place).failures = 0;
    }

    void failed(Place place, long nowNanos) {
        Facts facts = facts(place);
        long pauseNanos = LEFT_ALONE_NANOS << Math.min(facts.failures, 10);
        facts.failures++;
        facts.freeAtNanos = nowNanos + Math.min(LONGEST_NANOS, pauseNanos);
    }

    private Facts facts(Place place) {
        if (known.size() >= MAX_ADDRESSES && !known.containsKey(place)) {
            known.values().removeIf(facts -> facts.uses == 0);
        }
        return known.computeIfAbsent(place, any -> new Facts());
    }
}
