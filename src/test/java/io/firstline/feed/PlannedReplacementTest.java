package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.feed.report.FeedEvent;
import io.firstline.simulator.ExchangeSimulator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Replacements of healthy connections: the new one opens first, whatever the reason. */
class PlannedReplacementTest extends FeedTestBase {

    private List<String> reasons() {
        return told(FeedEvent.Type.EVICTED).stream()
                .map(e -> e.toJson().getString("reason"))
                .toList();
    }

    private void assertNothingMissed(WsPool feed, Ledger ledger) {
        ledger.awaitMore(100);
        ledger.assertComplete(feed, messages);
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
        assertThat(told(FeedEvent.Type.DISCONNECTED)).isEmpty();
    }

    private void shouldRotateOnShutdown(String path) {
        ExchangeSimulator exchange = exchange(market(500));
        Queue<String> sent = new ConcurrentLinkedQueue<>();
        exchange.onEmit((stream, payload) -> sent.add(payload.toString()));
        WsPool feed = started(readingPool(poolOf(3, exchange.url(path))));
        eventuallyInStep(feed, 3);
        eventually(() -> messages.size() > 50);

        exchange.announceShutdown();

        eventually(() -> reasons().size() == 3);
        assertThat(reasons()).containsOnly("server shutdown");
        assertThat(told(FeedEvent.Type.SHUTDOWN_ANNOUNCED)).hasSize(3);
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-4", "f-5", "f-6");
        exchange.pauseEmission();
        eventually(() -> messages.size() == sent.size());
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
        assertThat(told(FeedEvent.Type.DISCONNECTED)).isEmpty();
        assertThat(texts()).as("a control message").noneMatch(text -> text.contains("serverShutdown"));
        assertThat(report(feed).control()).isEqualTo(3);
    }

    @Test
    void shouldReplaceAtOnceWhoseServerAnnouncesItsShutdownInTheRawForm() {
        shouldRotateOnShutdown(PATH);
    }

    @Test
    void shouldReplaceAtOnceWhoseServerAnnouncesItsShutdownInTheCombinedForm() {
        shouldRotateOnShutdown(COMBINED);
    }

    @Test
    void shouldReplaceASingleConnectionWhoseServerAnnouncesItsShutdown() {
        ExchangeSimulator exchange = exchange(market(500));
        started(watch(WsSingle.create(vertx, "f", connection(exchange.url(PATH)), BINANCE, MESSAGES)));
        eventually(() -> messages.size() > 20);

        exchange.announceShutdown();

        eventually(() -> reasons().equals(List.of("server shutdown")));
        assertThat(told(FeedEvent.Type.DEGRADED)).isEmpty();
    }

    @Test
    void shouldRenewEveryConnectionOneAfterTheOther() {
        ExchangeSimulator exchange = exchange(market(500));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = started(readingPool(poolOf(3, exchange.url(COMBINED))));
        eventuallyInStep(feed, 3);

        join(feed.renew());

        eventually(() -> {
            assertThat(exchange.lines().size()).isLessThanOrEqualTo(5); // three, a candidate, and one that is closing
            return reasons().size() == 3;
        });
        assertThat(reasons()).containsOnly("renewed");
        assertThat(ids(feed)).containsExactlyInAnyOrder("f-4", "f-5", "f-6");
        assertNothingMissed(feed, ledger);
    }

    @Test
    void shouldMoveToAnotherConfigurationWithoutMissingAMessage() {
        ExchangeSimulator exchange = exchange(market(500));
        Ledger ledger = new Ledger(exchange);
        WsPool feed = started(readingPool(poolOf(3, exchange.url(COMBINED))));
        eventuallyInStep(feed, 3);
        String renewed = exchange.url(COMBINED + "&listenKey=next");

        join(feed.reconfigure(connection(renewed)));

        eventually(() -> reasons().size() == 3);
        assertThat(reasons()).containsOnly("reconfigured");
        assertNothingMissed(feed, ledger);
        assertThat(report(feed).url()).contains("listenKey=***");
        eventually(() -> exchange.lines().size() == 3);
    }
}
