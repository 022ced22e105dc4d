package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StreamLedgerTest {
    private static final long SECOND = 1_000_000_000L;

    private final StreamLedger ledger = new StreamLedger(List.of("own"), 3, 10_000);

    @Test
    void shouldSubscribeAStreamForItsFirstClientOnly() {
        assertThat(ledger.add(List.of("own", "a"))).containsExactly("a");
        assertThat(ledger.add(List.of("a"))).isEmpty();
    }

    @Test
    void shouldUnsubscribeAfterAWhileWhenTheLastClientHasLeft() {
        ledger.add(List.of("own", "a"));
        ledger.add(List.of("a"));

        ledger.remove(List.of("own", "a"), 0);
        assertThat(ledger.due(60 * SECOND)).isEmpty();
        ledger.remove(List.of("a"), 60 * SECOND);
        assertThat(ledger.due(69 * SECOND)).isEmpty();
        assertThat(ledger.due(70 * SECOND)).containsExactly("a");
        assertThat(ledger.due(80 * SECOND)).isEmpty();
        assertThat(ledger.add(List.of("a"))).containsExactly("a");
    }

    @Test
    void shouldKeepAStreamWhoseClientComesBack() {
        ledger.add(List.of("a"));
        ledger.remove(List.of("a"), 0);

        assertThat(ledger.add(List.of("a"))).isEmpty();
        assertThat(ledger.due(60 * SECOND)).isEmpty();
    }

    @Test
    void shouldForgetWhatTheVenueRefuses() {
        ledger.add(List.of("a"));
        ledger.forget(List.of("a"));
        ledger.remove(List.of("a"), 0); // by its client

        assertThat(ledger.due(60 * SECOND)).isEmpty();
        assertThat(ledger.add(List.of("a"))).containsExactly("a");
    }

    @Test
    void shouldFollowAnotherConfiguration() {
        ledger.add(List.of("own", "a", "b"));
        ledger.remove(List.of("b"), 0);

        assertThat(ledger.configuredAs(List.of("a", "b"), 2)).containsExactly("own");
        ledger.remove(List.of("a"), 0);
        assertThat(ledger.due(60 * SECOND)).isEmpty();
        assertThat(ledger.subscribed()).containsExactly("own");
        assertThat(ledger.hasRoomFor(List.of(), Set.of())).isFalse();
    }

    @Test
    void shouldEndTheStreamsOfARelayThatIsGone() {
        ledger.add(List.of("a"));
        ledger.inherit(List.of("own", "a", "b"), 0);

        assertThat(ledger.due(10 * SECOND)).containsExactly("b");
    }

    @Test
    void shouldCountAllThatIsSubscribedForTheVenuesLimit() {
        assertThat(ledger.hasRoomFor(List.of("a"), Set.of("b"))).isTrue();
        assertThat(ledger.hasRoomFor(List.of("a"), Set.of("b", "c"))).isFalse();
        assertThat(ledger.hasRoomFor(List.of("own", "a", "b"), Set.of())).isTrue();
        assertThat(ledger.hasRoomFor(List.of("a", "b", "c"), Set.of())).isFalse();
        ledger.add(List.of("a"));
        ledger.remove(List.of("a"), 0); // still subscribed
        assertThat(ledger.hasRoomFor(List.of("b", "c"), Set.of())).isFalse();
        assertThat(ledger.hasRoomFor(List.of("a", "b"), Set.of())).isTrue();
    }

    /** Whatever clients do: what is subscribed upstream is what they want, and what they wanted a while ago. */
    @Test
    void shouldHaveEveryWantedStreamSubscribed() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        StreamLedger any = new StreamLedger(List.of("s0"), 1_000, 10_000);
        Set<String> upstream = new HashSet<>(Set.of("s0"));
        List<Set<String>> clients = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 5_000; i++) {
            now += (long) (random.nextDouble() * SECOND);
            if (clients.isEmpty() || random.nextInt(5) > 1) {
                Set<String> streams = new TreeSet<>();
                for (int n = random.nextInt(4); n >= 0; n--) {
                    streams.add("s" + random.nextInt(30));
                }
                clients.add(streams);
                upstream.addAll(any.add(streams));
            } else {
                any.remove(clients.remove(random.nextInt(clients.size())), now);
            }
            if (clients.size() > 20) {
                any.remove(clients.remove(0), now);
            }
            any.due(now).forEach(upstream::remove);
            Set<String> wanted = new TreeSet<>();
            clients.forEach(wanted::addAll);
            assertThat(upstream).as("seed %d, step %d", seed, i).containsAll(wanted);
            wanted.remove("s0");
            assertThat(any.wanted()).isEqualTo(wanted);
        }
        while (!clients.isEmpty()) {
            any.remove(clients.remove(0), now);
        }
        any.due(now + 10 * SECOND).forEach(upstream::remove);
        assertThat(upstream).as("seed %d", seed).containsExactly("s0");
    }
}
