package io.firstline.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.FeedConfig.Subscribing;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubscriptionsTest {
    private static final Subscribing TEMPLATES =
            new Subscribing(List.of("a"), "{\"sub\":${streams},\"id\":${id}}", "{\"unsub\":${streams},\"id\":${id}}");

    private final Subscriptions subscriptions = new Subscriptions(List.of("hello"), TEMPLATES);

    @Test
    void shouldOpenWithTheMessagesAndThenTheStreams() {
        assertThat(subscriptions.opening()).containsExactly("hello", "{\"sub\":[\"a\"],\"id\":1}");
        assertThat(subscriptions.opening()).containsExactly("hello", "{\"sub\":[\"a\"],\"id\":1}"); // byte for byte
    }

    @Test
    void shouldAskOnlyForWhatIsNewAndRememberIt() {
        assertThat(subscriptions.subscribe(List.of("a", "b", "c"))).containsExactly("{\"sub\":[\"b\",\"c\"],\"id\":2}");
        assertThat(subscriptions.subscribe(List.of("b"))).isEmpty();

        assertThat(subscriptions.streams()).containsExactly("a", "b", "c");
        assertThat(subscriptions.opening()).containsExactly("hello", "{\"sub\":[\"a\",\"b\",\"c\"],\"id\":1}");
    }

    @Test
    void shouldLeaveOnlyWhatIsThereAndForgetIt() {
        assertThat(subscriptions.unsubscribe(List.of("a", "z"))).containsExactly("{\"unsub\":[\"a\"],\"id\":2}");
        assertThat(subscriptions.unsubscribe(List.of("a"))).isEmpty();

        assertThat(subscriptions.streams()).isEmpty();
        assertThat(subscriptions.opening()).containsExactly("hello");
    }

    @Test
    void shouldReplaceTheMessages() {
        subscriptions.setOnConnect(List.of("x", "y"));

        assertThat(subscriptions.opening()).containsExactly("x", "y", "{\"sub\":[\"a\"],\"id\":1}");
    }

    @Test
    void shouldNotSubscribeWithoutKnowingHow() {
        Subscriptions mute = new Subscriptions(List.of(), Subscribing.NONE);
        Subscriptions oneWay = new Subscriptions(List.of(), new Subscribing(List.of(), "${streams}", ""));

        assertThatThrownBy(() -> mute.subscribe(List.of("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("venue");
        assertThatThrownBy(() -> oneWay.unsubscribe(List.of("a"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(mute.streams()).isEmpty();
    }

    @Test
    void shouldKeepNamesThatLookLikePlaceholders() {
        assertThat(subscriptions.subscribe(List.of("${id}"))).containsExactly("{\"sub\":[\"${id}\"],\"id\":2}");
    }
}
