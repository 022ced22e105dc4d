package io.firstline.cluster.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import org.junit.jupiter.api.Test;

class LoopVotesTest {
    private final EventLoop first = new DefaultEventLoop();
    private final EventLoop second = new DefaultEventLoop();
    private final EventLoop third = new DefaultEventLoop();
    private final LoopVotes votes = new LoopVotes();

    private EventLoop of(EventLoop... loops) {
        for (EventLoop loop : loops) {
            votes.count(loop);
        }
        return votes.take();
    }

    @Test
    void shouldFindTheLoopOfNearlyAllFrames() {
        assertThat(votes.isEmpty()).isTrue();
        assertThat(of()).isNull();
        assertThat(of(null, null)).as("no subscription reads them").isNull();
        assertThat(of(null, first, null)).isSameAs(first);
        assertThat(of(first, second, second, second, second, second, second)).isSameAs(second);
        assertThat(of(first, second, first, second, first)).isNull();
        assertThat(of(first, first, second, second, third)).isNull();
        assertThat(of(third)).as("begins anew").isSameAs(third);
    }
}
