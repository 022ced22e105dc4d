package io.firstline.replay.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.feed.Retention;
import io.firstline.deploy.BusTestBase;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests for messages published before, over the bus. */
class ReplayServiceTest extends BusTestBase {

    private ReplayResponse ask(String request) {
        return join(vertx.eventBus()
                .<Buffer>request(Addresses.resend("btc"), new JsonObject(request))
                .map(ReplayResponse::of));
    }

    private static List<String> texts(ReplayResponse resent) {
        return resent.messages().stream().map(FeedMessage::asText).toList();
    }

    private String feed(JsonObject more) {
        ExchangeSimulator exchange = exchange(quiet());
        Queue<Object> bodies = heard(Addresses.feed("btc"));
        String id = deploy(POOL, config("btc", exchange.url(COMBINED)).mergeIn(more));
        eventuallyConnected("btc");
        for (int i = 1; i <= 6; i++) {
            exchange.broadcastRaw(Buffer.buffer("{\"stream\":\"s" + i % 2 + "\",\"n\":" + i + "}"), true);
        }
        eventually(() -> bodies.size() == 6);
        return id;
    }

    @Test
    void shouldAnswerWithWhatWasPublishedInAnyBody() {
        String id = feed(new JsonObject()
                .put("body", "json")
                .put("streamPointer", "/stream")
                .put("retain", new JsonObject().put("messages", 4)));

        ReplayResponse range = ask("{\"from\": 2, \"to\": 4}");
        assertThat(texts(range)).containsExactly("{\"stream\":\"s1\",\"n\":3}", "{\"stream\":\"s0\",\"n\":4}");
        assertThat(range.missing()).isEqualTo(1);
        assertThat(range.epochs()).hasToString("0:1");
        assertThat(range.incarnation()).isPositive();
        assertThat(ask("{\"from\": 5, \"epoch\": 0}").messages()).hasSize(2);
        assertThat(ask("{}").last()).isEqualTo(6);
        assertThat(texts(ask("{\"last\": true}")))
                .containsExactly("{\"stream\":\"s1\",\"n\":5}", "{\"stream\":\"s0\",\"n\":6}");
        assertThat(texts(ask("{\"last\": true, \"streams\": [\"s1\"]}")))
                .containsExactly("{\"stream\":\"s1\",\"n\":5}");
        assertThat(ask("{\"last\": true, \"from\": 6}").messages()).hasSize(1);

        join(vertx.undeploy(id));
        Throwable failure = failureOf(vertx.eventBus().request(Addresses.resend("btc"), new JsonObject()));
        assertThat(((ReplyException) failure).failureType()).isEqualTo(ReplyFailure.NO_HANDLERS);
    }

    @Test
    void shouldKeepNothingUnlessAsked() {
        feed(new JsonObject());

        ReplayResponse range = ask("{\"from\": 2, \"to\": 4}");
        assertThat(range.messages()).isEmpty();
        assertThat(range.missing()).isEqualTo(3);
        assertThat(range.last()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"from\": 0}",
                "{\"from\": 5, \"to\": 4}",
                "{\"from\": \"2\"}",
                "{\"from\": 1.5}",
                "{\"from\": 2, \"epoch\": null}",
                "{\"last\": true, \"streams\": [1]}",
                "{\"last\": true, \"streams\": \"a\"}"
            })
    void shouldSayWhatItDoesNotUnderstand(String request) {
        answering();
        Throwable failure = failureOf(vertx.eventBus().request(Addresses.resend("btc"), new JsonObject(request)));
        assertThat(((ReplyException) failure).failureCode()).isEqualTo(400);
    }

    @Test
    void shouldSayWhenItIsNoQuestionAtAllOrNoLongerForIt() {
        answering();
        assertThat(((ReplyException) failureOf(vertx.eventBus().request(Addresses.resend("btc"), "hello")))
                        .failureCode())
                .isEqualTo(400);
        Throwable late = failureOf(
                vertx.eventBus().request(Addresses.resend("btc"), new JsonObject("{\"from\": 1, \"epoch\": 4}")));
        assertThat(((ReplyException) late).failureCode()).isEqualTo(503);
        assertThat(late).hasMessage("this is the owner of epoch 3");
    }

    @Test
    void shouldLeaveTheAnswerToWhoPublishes() {
        RetentionBuffer retention = new RetentionBuffer(Retention.DEFAULT, 1);
        retention.begin(3);
        new ReplayService(vertx, "btc", retention, () -> false);
        Throwable failure = failureOf(ReplayService.ask(vertx, "btc", new JsonObject()));
        assertThat(((ReplyException) failure).failureCode()).isEqualTo(503);
        assertThat(((ReplyException) failureOf(vertx.eventBus().request(Addresses.resend("btc"), new JsonObject())))
                        .failureType())
                .isEqualTo(ReplyFailure.NO_HANDLERS);
    }

    private void answering() {
        RetentionBuffer retention = new RetentionBuffer(Retention.DEFAULT, 1);
        retention.begin(3);
        new ReplayService(vertx, "btc", retention, () -> true).answersForAll(true);
    }
}
