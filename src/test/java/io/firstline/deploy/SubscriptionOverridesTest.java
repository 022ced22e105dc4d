package io.firstline.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The run-time changes of a feed. */
class SubscriptionOverridesTest {
    private static final List<String> CONFIGURED = List.of("a", "b");

    @Test
    void shouldKeepWhatDiffersFromTheConfiguration() {
        SubscriptionOverrides amended = SubscriptionOverrides.NONE
                .subscribe(List.of("c", "a"), CONFIGURED)
                .unsubscribe(List.of("b", "x"), CONFIGURED);

        assertThat(amended).isEqualTo(new SubscriptionOverrides(Set.of("c"), Set.of("b"), null));
        assertThat(amended.appliedTo(CONFIGURED)).containsExactly("a", "c");
        assertThat(amended.subscribe(List.of("b"), CONFIGURED).unsubscribe(List.of("c"), CONFIGURED))
                .as("nothing is kept of what was taken back")
                .isEqualTo(SubscriptionOverrides.NONE);
    }

    @Test
    void shouldHoldForAnotherConfigurationToo() {
        SubscriptionOverrides amended =
                SubscriptionOverrides.NONE.subscribe(List.of("c"), CONFIGURED).unsubscribe(List.of("b"), CONFIGURED);

        assertThat(amended.appliedTo(List.of("b", "c", "d"))).containsExactly("c", "d");
    }

    @Test
    void shouldSurviveTheWay() {
        SubscriptionOverrides amended = SubscriptionOverrides.NONE
                .subscribe(List.of("c", "d"), CONFIGURED)
                .unsubscribe(List.of("b"), CONFIGURED)
                .onConnect(List.of("hello"));

        assertThat(SubscriptionOverrides.of(new JsonObject(amended.toJson().encode())))
                .isEqualTo(amended);
        assertThat(SubscriptionOverrides.of(
                        new JsonObject(SubscriptionOverrides.NONE.toJson().encode())))
                .isEqualTo(SubscriptionOverrides.NONE);
    }

    @Test
    void shouldRefuseWhatNoOwnerSays() {
        JsonObject good = SubscriptionOverrides.NONE.toJson();
        assertThat(SubscriptionOverrides.of(good)).isEqualTo(SubscriptionOverrides.NONE);
        for (String key : List.of("subscribed", "unsubscribed", "onConnect")) {
            for (Object wrong : List.of(1, "x", new JsonArray().add(1), new JsonObject())) {
                assertThatThrownBy(() -> SubscriptionOverrides.of(good.copy().put(key, wrong)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("\"" + key + "\" must be an array of strings");
            }
        }
        assertThatThrownBy(() -> SubscriptionOverrides.of(new JsonObject()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
