package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Records what an exchange emitted, to be compared, stream by stream, with what a feed published. */
final class Ledger {
    private static final String END = "{\"the\":\"end\"}";

    private final ExchangeSimulator exchange;
    private final Map<String, List<String>> emitted = new ConcurrentHashMap<>();

    /** Records what the exchange emits from now on; one ledger per exchange. */
    Ledger(ExchangeSimulator exchange) {
        this.exchange = exchange;
        exchange.onEmit((stream, payload) -> emitted.computeIfAbsent(stream, s -> new CopyOnWriteArrayList<>())
                .add("{\"stream\":\"" + stream + "\",\"data\":" + payload + "}"));
    }

    int size() {
        return emitted.values().stream().mapToInt(List::size).sum();
    }

    List<String> texts() {
        return emitted.values().stream().flatMap(List::stream).toList();
    }

    void awaitMore(int messages) {
        int before = size();
        Await.until("more messages", () -> size() >= before + messages);
    }

    /**
     * Pauses the market, waits until every copy has arrived on every connection, and compares: every message once, in
     * the server's order per stream. For feeds whose messages name their stream.
     */
    void assertComplete(Feed feed, Collection<FeedMessage> received) {
        exchange.pauseEmission();
        List<String> streams = List.copyOf(emitted.keySet());
        streams.forEach(stream -> exchange.emit(stream, END));
        String last = "{\"stream\":\"" + streams.get(streams.size() - 1) + "\",\"data\":" + END;
        FeedTestBase.eventually(() -> FeedTestBase.members(feed).stream()
                .allMatch(c -> c.connection().recentMessage() != null
                        && c.connection().recentMessage().toString().contains(last)));
        Map<String, List<String>> byStream = received.stream()
                .map(FeedMessage::asText)
                .filter(text -> text.startsWith("{\"stream\":"))
                .collect(Collectors.groupingBy(Ledger::streamOf));
        assertThat(byStream.keySet()).containsExactlyInAnyOrderElementsOf(emitted.keySet());
        emitted.forEach(
                (stream, texts) -> assertThat(byStream.get(stream)).as(stream).containsExactlyElementsOf(texts));
        assertThat(received.stream().map(FeedMessage::sequence).toList())
                .as("sequence numbers without holes")
                .isEqualTo(java.util.stream.LongStream.rangeClosed(1, received.size())
                        .boxed()
                        .toList());
    }

    private static String streamOf(String text) {
        int start = "{\"stream\":\"".length();
        return text.substring(start, text.indexOf('"', start));
    }
}
