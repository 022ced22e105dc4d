package io.firstline.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.replay.Failover;
import io.firstline.replay.FeedSubscription;
import io.firstline.replay.SubscriptionOptions;
import io.firstline.replay.SubscriptionReport;
import io.firstline.stream.FeedMessage;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The messages that a subscription to a feed has received of a {@link CountingExchange}. */
public final class CountedMessages {
    /** How many messages before an odd one an error shows, and after it. */
    private static final int SHOWN_BEFORE = 6;

    private static final int SHOWN_AFTER = 3;

    private final Queue<FeedMessage> got = new ConcurrentLinkedQueue<>();
    private final FeedSubscription subscription;

    /** Subscribes on a node. */
    public CountedMessages(Vertx vertx, String feed, Failover failover) {
        subscription = Await.on(vertx.getOrCreateContext(), () -> FeedSubscription.of(
                        vertx, feed, SubscriptionOptions.DEFAULT.withFailover(failover))
                .handler(got::add));
        Await.result(subscription.start());
    }

    public List<FeedMessage> all() {
        return List.copyOf(got);
    }

    public SubscriptionReport report() {
        return Await.result(subscription.report());
    }

    /** The numbers in a stream, in their order. */
    public List<Integer> numbers(String stream) {
        return of(stream).stream().map(message -> number(stream, message)).toList();
    }

    private List<FeedMessage> of(String stream) {
        return got.stream()
                .filter(message -> message.asText().startsWith(stream + " "))
                .toList();
    }

    private static int number(String stream, FeedMessage message) {
        return Integer.parseInt(message.asText().substring(stream.length() + 1));
    }

    /** Asserts that every message of a stream between these two arrives, once and in order. */
    public void assertAll(String stream, int from, int until) {
        String last = stream + " " + until;
        Await.until(() -> last, () -> got.stream()
                .anyMatch(message -> message.asText().equals(last)));
        List<FeedMessage> own = of(stream).stream()
                .filter(message -> number(stream, message) >= from && number(stream, message) <= until)
                .toList();
        for (int i = 0; i < own.size(); i++) {
            assertThat(number(stream, own.get(i)))
                    .as("among %s", own.subList(Math.max(0, i - SHOWN_BEFORE), Math.min(own.size(), i + SHOWN_AFTER)))
                    .isEqualTo(from + i);
        }
        assertThat(own).hasSize(until - from + 1);
    }
}
