package io.firstline.bus.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.FeedBatch;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnBatchTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final List<FeedBatch> published = new CopyOnWriteArrayList<>();
    private final TurnBatch batch = new TurnBatch(published::add);

    @AfterEach
    void closeVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static FeedMessage message(long sequence) {
        return new FeedMessage("btc", sequence, "btc-1", 0, Buffer.buffer("x"), true, false);
    }

    private void add(int from, int to) {
        for (int sequence = from; sequence <= to; sequence++) {
            batch.add(message(sequence));
        }
    }

    private List<Integer> sizes() {
        return published.stream().map(TurnBatch::messagesIn).toList();
    }

    @Test
    void shouldPublishBehindTheTurnAndEarlierWhenFull() {
        int inTurn = Await.on(context, () -> {
            add(1, FeedBatch.MOST + 3);
            return published.size();
        });

        Await.until("the rest", () -> published.size() == 2);
        assertThat(inTurn).isEqualTo(1);
        assertThat(sizes()).containsExactly(FeedBatch.MOST, 3);
        assertThat(published.stream().flatMap(each -> each.messages().stream()))
                .extracting(FeedMessage::sequence)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldPublishBeforeWhatFollowsAtItsAddress() {
        int inTurn = Await.on(context, () -> {
            add(1, 2);
            batch.end();
            batch.end();
            return published.size();
        });

        assertThat(inTurn).isEqualTo(1);
        assertThat(sizes()).containsExactly(2);
        assertThat(TurnBatch.messagesIn(message(1))).isEqualTo(1);
    }
}
