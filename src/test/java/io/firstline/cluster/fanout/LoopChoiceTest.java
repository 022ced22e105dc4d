package io.firstline.cluster.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import org.junit.jupiter.api.Test;

class LoopChoiceTest {
    private static final int MANY = 10_000;

    private final EventLoop accepting = new DefaultEventLoop();
    private final EventLoop first = new DefaultEventLoop();
    private final EventLoop second = new DefaultEventLoop();
    private final LoopChoice choice = new LoopChoice(accepting);
    private final SubscriptionLoops subscriptions = new SubscriptionLoops();

    private EventLoop after(int frames, EventLoop loop) {
        for (int i = 0; i < frames; i++) {
            choice.count(loop);
        }
        return choice.loop();
    }

    @Test
    void shouldReadWhereAllFramesAreNeeded() {
        assertThat(choice.loop()).as("without frames").isSameAs(accepting);
        assertThat(after(100, first)).as("for a moment").isSameAs(accepting);
        assertThat(after(MANY, first)).isSameAs(first);
        assertThat(after(1, second)).as("no longer all").isSameAs(accepting);
        assertThat(after(100, first)).as("counted anew").isSameAs(accepting);
        assertThat(after(MANY, second)).isSameAs(second);
        assertThat(after(1, null)).as("no subscription").isSameAs(accepting);
        assertThat(after(MANY, null)).isSameAs(accepting);
    }

    @Test
    void shouldStayWhereItIsAcceptedIfLoopsTakeTurns() {
        for (int i = 0; i < MANY; i++) {
            assertThat(after(1, i % 2 == 0 ? first : second)).isSameAs(accepting);
        }
    }

    @Test
    void shouldFindLoopsWithOneSubscription() {
        assertThat(subscriptions.alone("a")).isNull();
        subscriptions.add("a", first);
        subscriptions.add("b", second);
        assertThat(subscriptions.alone("a")).isSameAs(first);
        assertThat(subscriptions.alone("b")).isSameAs(second);

        subscriptions.add("c", second);
        assertThat(subscriptions.alone("b")).as("two on a loop").isNull();
        assertThat(subscriptions.alone("c")).isNull();
        subscriptions.remove("c", second);
        assertThat(subscriptions.alone("b")).isSameAs(second);

        subscriptions.add("a", first);
        assertThat(subscriptions.alone("a")).as("two of a feed").isNull();
        subscriptions.remove("a", first);
        subscriptions.remove("a", first);
        assertThat(subscriptions.alone("a")).isNull();
    }
}
