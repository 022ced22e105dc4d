package io.firstline.replay.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.feed.Retention;
import io.firstline.stream.FeedMessage;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Valid and invalid answers to requests for messages. */
class ReplayResponseTest {
    private final Vertx vertx = Vertx.vertx();
    private int number;
    private final ReplayResponse good = new ReplayResponse(
            EpochHistory.NONE.begin(3, 1),
            1,
            1,
            2,
            2,
            0,
            false,
            List.of(
                    new FeedMessage("f", 3, 1, "f-1", 5, null, 7, Buffer.buffer("one"), true, false),
                    new FeedMessage("f", 3, 2, "f-1", 6, null, 8, Buffer.buffer("two"), true, false)));

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldRefuseWhatIsNoAnswer() {
        assertThat(ReplayResponse.of(answer(good.body(), good.headers())).messages())
                .isEqualTo(good.messages());

        for (int length : List.of(-4, 0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1, 5)) {
            Buffer body = good.body();
            body.setInt(0, length);
            assertRefused(body, good.headers());
        }
        assertRefused("a text", good.headers());
        assertRefused(good.body(), new DeliveryOptions());
        for (String header : List.of("epochs", "life", "first", "last", "to", "missing")) {
            DeliveryOptions wrong = good.headers();
            wrong.getHeaders().set(header, "x");
            assertRefused(good.body(), wrong);
        }
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSayWhichMessagesANumberWasLeftOutFor() {
        RetentionBuffer owner = new RetentionBuffer(new Retention(10, 1_000, 1), 1);
        owner.begin(3);
        List<Long> identities = LongStream.range(-1_500, 1_500).boxed().toList();
        owner.leaveOut(1, identities);
        owner.add(new FeedMessage("f", 3, 3_001, "f-1", 5, null, 7, Buffer.buffer("one"), true, false), null);

        List<Long> said = new ArrayList<>();
        long from = 1;
        for (ReplayResponse part = null; part == null || part.more(); from = part.to() + 1) {
            ReplayResponse range = owner.range(from, 9_999);
            part = ReplayResponse.of(answer(range.body(), range.headers()));
            assertThat(part.leftOut()).hasSizeLessThanOrEqualTo(ReplayResponse.MOST_LEFT_OUT);
            assertThat(part.missing()).isEqualTo(part.leftOut().size());
            said.addAll(part.leftOut().values());
        }
        assertThat(said).isEqualTo(identities);
        assertThat(from).isEqualTo(3_002);
        assertThat(owner.range(3_002, 9_999).leftOut()).isEmpty();

        owner.forgetFrom(2);
        owner.add(new FeedMessage("f", 4, 2, "f-1", 5, null, 7, Buffer.buffer("one"), true, false), null);
        assertThat(owner.range(1, 9_999).leftOut()).isEqualTo(Map.of(1L, -1_500L));
        for (String wrong : List.of("", "1", "x:1", "1:", "1:2,", "1:1,".repeat(1_024) + "1:1")) {
            assertRefused(good.body(), good.headers().addHeader("leftOut", wrong));
        }
    }

    private void assertRefused(Object body, DeliveryOptions options) {
        Message<Object> answer = answer(body, options);
        assertThatThrownBy(() -> ReplayResponse.of(answer)).isInstanceOf(IllegalArgumentException.class);
    }

    private Message<Object> answer(Object body, DeliveryOptions options) {
        String address = "b" + number++;
        vertx.eventBus().localConsumer(address, request -> request.reply(body, options));
        return Await.result(vertx.eventBus().request(address, ""));
    }

    @Test
    void shouldReadAnyGarbageOrRefuseIt() {
        long seed = System.nanoTime();
        System.out.println("[resent] seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            Buffer body = good.body();
            for (int n = random.nextInt(3); n >= 0; n--) {
                body.setByte(random.nextInt(body.length()), (byte) random.nextInt(256));
            }
            try {
                assertThat(ReplayResponse.messages(body)).hasSizeLessThanOrEqualTo(20);
            } catch (IllegalArgumentException refused) {
                assertThat(refused)
                        .as("seed %d", seed)
                        .hasMessageStartingWith("f"); // found …, or feed message in form …
            }
        }
    }
}
