package io.firstline.integration;

import io.firstline.config.Limit;
import io.firstline.config.Limit.Scope;
import io.firstline.config.Limit.What;
import io.firstline.config.venue.Venue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Counts as a server what clients do, by the limits of a profile. Times are those of arrival, which a busy machine
 * moves: a window is half of the venue's.
 */
final class LimitWatch {
    private final List<Limit> limits;
    private final int requestBytes;
    private final Map<List<Object>, Deque<Long>> times = new HashMap<>();
    private final Set<Object> open = new HashSet<>();
    private final Map<Object, Integer> streams = new HashMap<>();
    private final List<String> breaches = new ArrayList<>();

    LimitWatch(Venue venue) {
        int perSecond = venue.limits().framesPerSecond();
        this.limits = Stream.concat(
                        perSecond == 0
                                ? Stream.empty()
                                : Stream.of(new Limit(What.FRAMES, perSecond, 1_000, Scope.CONNECTION)),
                        venue.limits().further().stream())
                .toList();
        this.requestBytes = venue.requests().requestBytes();
    }

    void connected(Object line, Consumer<String> breached) {
        open.add(line);
        count(What.CONNECTS, line, breached);
        limits.stream()
                .filter(limit -> limit.what() == What.CONNECTIONS && open.size() > limit.max())
                .forEach(limit -> breach(limit.text(), breached));
    }

    void closed(Object line) {
        open.remove(line);
        streams.remove(line);
    }

    void sent(Object line, boolean request, Consumer<String> breached) {
        count(What.FRAMES, line, breached);
        if (request) {
            count(What.REQUESTS, line, breached);
        }
    }

    void request(String text, Consumer<String> breached) {
        if (requestBytes > 0 && text.getBytes(StandardCharsets.UTF_8).length > requestBytes) {
            breach(text.length() + " bytes", breached);
        }
    }

    void subscribed(Object line, Consumer<String> breached) {
        streams.merge(line, 1, Integer::sum);
        int all = streams.values().stream().mapToInt(count -> count).sum();
        for (Limit limit : limits) {
            int used = limit.scope() == Scope.CONNECTION ? streams.get(line) : all;
            if (limit.what() == What.STREAMS && used > limit.max()) {
                breach(limit.text(), breached);
            }
        }
    }

    private void count(What what, Object line, Consumer<String> breached) {
        long now = System.nanoTime();
        for (Limit limit : limits) {
            if (limit.what() != what) {
                continue;
            }
            Deque<Long> last = times.computeIfAbsent(
                    List.of(limit, limit.scope() == Scope.CONNECTION ? line : ""), any -> new ArrayDeque<>());
            last.add(now);
            if (last.size() > limit.max() && now - last.remove() < limit.perMs() * 500_000L) {
                breach(limit.text(), breached);
            }
        }
    }

    private void breach(String limit, Consumer<String> breached) {
        breaches.add(limit);
        breached.accept(limit);
    }

    List<String> breaches() {
        return List.copyOf(breaches);
    }
}
