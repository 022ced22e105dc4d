package io.firstline.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.simulator.ExchangeSimulator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what an exchange sent with what a consumer received. Filled on two event loops, judged by a test. */
final class Ledger {
    private record Sent(String stream, String text) {}

    private final List<Sent> sent = new ArrayList<>();
    private final List<String> received = new ArrayList<>();

    /** The result of the comparison. */
    record Verdict(int sent, int received, int lost, int duplicated, int unknown, int outOfOrder) {
        void assertExact() {
            assertThat(this).isEqualTo(new Verdict(sent, sent, 0, 0, 0, 0));
            assertThat(sent).isPositive();
        }
    }

    Ledger(ExchangeSimulator exchange) {
        exchange.onEmit((stream, payload) -> {
            synchronized (sent) {
                sent.add(new Sent(stream, payload.toString()));
            }
        });
    }

    void receive(String text) {
        synchronized (received) {
            received.add(text);
        }
    }

    int sent() {
        synchronized (sent) {
            return sent.size();
        }
    }

    int received() {
        synchronized (received) {
            return received.size();
        }
    }

    Verdict verdict() {
        synchronized (sent) {
            synchronized (received) {
                return judge(sent, received);
            }
        }
    }

    private static Verdict judge(List<Sent> sent, List<String> received) {
        Map<String, Integer> place = new HashMap<>();
        for (int i = 0; i < sent.size(); i++) {
            assertThat(place.put(sent.get(i).text(), i))
                    .as(
                            "the simulator repeats itself, so this ledger cannot tell: %s",
                            sent.get(i).text())
                    .isNull();
        }
        Set<String> seen = new HashSet<>();
        Map<String, Integer> last = new HashMap<>();
        int unknown = 0;
        int duplicated = 0;
        int outOfOrder = 0;
        for (String text : received) {
            Integer at = place.get(text);
            if (at == null) {
                unknown++;
            } else if (!seen.add(text)) {
                duplicated++;
            } else if (last.merge(sent.get(at).stream(), at, Math::max) > at) {
                outOfOrder++;
            }
        }
        return new Verdict(sent.size(), received.size(), sent.size() - seen.size(), duplicated, unknown, outOfOrder);
    }

    /** Used by the test of this class. */
    static Verdict judge(List<String> sent, String... received) {
        return judge(
                sent.stream().map(text -> new Sent(text.substring(0, 1), text)).toList(), List.of(received));
    }
}
