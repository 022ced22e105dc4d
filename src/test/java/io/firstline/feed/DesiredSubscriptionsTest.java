package io.firstline.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.venue.StreamNaming;
import io.firstline.config.venue.SubscribeTemplates;
import java.util.List;
import org.junit.jupiter.api.Test;

class DesiredSubscriptionsTest {
    private static final SubscribeTemplates TEMPLATES = new SubscribeTemplates(
            List.of("a"), "{\"sub\":${streams},\"id\":${id}}", "{\"unsub\":${streams},\"id\":${id}}");

    private final DesiredSubscriptions subscriptions =
            new DesiredSubscriptions(List.of("hello"), TEMPLATES, StreamNaming.NONE, 3, 0);

    private List<String> opening() {
        return texts(subscriptions.opening());
    }

    private static List<String> texts(List<PendingRequests.Request> requests) {
        return requests.stream()
                .map(request -> request.text().at(0, place -> place))
                .toList();
    }

    @Test
    void shouldAskForManyInBatchesNumberedAnew() {
        assertThat(texts(subscriptions.subscribe(List.of("b", "c", "d", "e"))))
                .containsExactly("{\"sub\":[\"b\",\"c\",\"d\"],\"id\":10001}", "{\"sub\":[\"e\"],\"id\":10002}");
        assertThat(texts(subscriptions.subscribe(List.of("f")))).containsExactly("{\"sub\":[\"f\"],\"id\":10003}");
        assertThat(opening())
                .containsExactly("{\"sub\":[\"a\",\"b\",\"c\"],\"id\":1}", "{\"sub\":[\"d\",\"e\",\"f\"],\"id\":2}");
    }

    @Test
    void shouldOpenWithTheMessagesAndThenTheStreams() {
        assertThat(subscriptions.onConnect()).containsExactly("hello");
        assertThat(opening()).containsExactly("{\"sub\":[\"a\"],\"id\":1}");
        assertThat(opening()).containsExactly("{\"sub\":[\"a\"],\"id\":1}"); // byte for byte
    }

    @Test
    void shouldAskOnlyForWhatIsNewAndRememberIt() {
        assertThat(texts(subscriptions.subscribe(List.of("a", "b", "c"))))
                .containsExactly("{\"sub\":[\"b\",\"c\"],\"id\":10001}");
        assertThat(texts(subscriptions.subscribe(List.of("b")))).isEmpty();

        assertThat(subscriptions.streams()).containsExactly("a", "b", "c");
        assertThat(opening()).containsExactly("{\"sub\":[\"a\",\"b\",\"c\"],\"id\":1}");
    }

    @Test
    void shouldLeaveOnlyWhatIsThereAndForgetIt() {
        assertThat(texts(subscriptions.unsubscribe(List.of("a", "z"))))
                .containsExactly("{\"unsub\":[\"a\"],\"id\":10001}");
        assertThat(texts(subscriptions.unsubscribe(List.of("a")))).isEmpty();

        assertThat(subscriptions.streams()).isEmpty();
        assertThat(opening()).isEmpty();
    }

    @Test
    void shouldReplaceTheMessages() {
        subscriptions.setOnConnect(List.of("x", "y"));

        assertThat(subscriptions.onConnect()).containsExactly("x", "y");
        assertThat(opening()).containsExactly("{\"sub\":[\"a\"],\"id\":1}");
    }

    @Test
    void shouldNotSubscribeWithoutKnowingHow() {
        DesiredSubscriptions mute =
                new DesiredSubscriptions(List.of(), SubscribeTemplates.NONE, StreamNaming.NONE, 3, 0);
        DesiredSubscriptions oneWay = new DesiredSubscriptions(
                List.of(), new SubscribeTemplates(List.of(), "${streams}", ""), StreamNaming.NONE, 3, 0);

        assertThatThrownBy(() -> mute.subscribe(List.of("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("venue");
        assertThatThrownBy(() -> oneWay.unsubscribe(List.of("a"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(mute.streams()).isEmpty();
    }

    @Test
    void shouldKeepNamesThatLookLikePlaceholders() {
        assertThat(texts(subscriptions.subscribe(List.of("${id}"))))
                .containsExactly("{\"sub\":[\"${id}\"],\"id\":10001}");
    }
}
