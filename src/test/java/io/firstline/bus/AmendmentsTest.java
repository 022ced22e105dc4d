package io.firstline.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The run-time changes of a feed. */
class AmendmentsTest {
    private static final List<String> CONFIGURED = List.of("a", "b");

    @Test
    void shouldKeepWhatDiffersFromTheConfiguration() {
        Amendments amended =
                Amendments.NONE.subscribe(List.of("c", "a"), CONFIGURED).unsubscribe(List.of("b", "x"), CONFIGURED);

        assertThat(amended).isEqualTo(new Amendments(Set.of("c"), Set.of("b"), null));
        assertThat(amended.appliedTo(CONFIGURED)).containsExactly("a", "c");
        assertThat(amended.subscribe(List.of("b"), CONFIGURED).unsubscribe(List.of("c"), CONFIGURED))
                .as("nothing is kept of what was taken back")
                .isEqualTo(Amendments.NONE);
    }

    @Test
    void shouldHoldForAnotherConfigurationToo() {
        Amendments amended = Amendments.NONE.subscribe(List.of("c"), CONFIGURED).unsubscribe(List.of("b"), CONFIGURED);

        assertThat(amended.appliedTo(List.of("b", "c", "d"))).containsExactly("c", "d");
    }

    @Test
    void shouldSurviveTheWay() {
        Amendments amended = Amendments.NONE
                .subscribe(List.of("c", "d"), CONFIGURED)
                .unsubscribe(List.of("b"), CONFIGURED)
                .onConnect(List.of("hello"));

        assertThat(Amendments.of(new JsonObject(amended.toJson().encode()))).isEqualTo(amended);
        assertThat(Amendments.of(new JsonObject(Amendments.NONE.toJson().encode())))
                .isEqualTo(Amendments.NONE);
    }

    @Test
    void shouldRefuseWhatNoOwnerSays() {
        JsonObject good = Amendments.NONE.toJson();
        assertThat(Amendments.of(good)).isEqualTo(Amendments.NONE);
        for (String key : List.of("subscribed", "unsubscribed", "onConnect")) {
            for (Object wrong : List.of(1, "x", new JsonArray().add(1), new JsonObject())) {
                assertThatThrownBy(() -> Amendments.of(good.copy().put(key, wrong)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("\"" + key + "\" must be an array of strings");
            }
        }
        assertThatThrownBy(() -> Amendments.of(new JsonObject())).isInstanceOf(IllegalArgumentException.class);
    }
}
