package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.RelayConfig;
import io.firstline.config.service.RelayLimits;
import io.firstline.replay.Failover;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The relay with clients of the plain protocol, on real sockets. */
class RelayVerticleTest extends RelayTestBase {
    private static final String[] STREAMS = {"a", "b", "c", null};

    @Test
    void shouldGiveEachClientEveryByteOfItsStreamsInOrder() {
        open(LOCAL);
        Reader all = reader("/feeds/f");
        Reader too = reader("/feeds/f");
        Reader some = reader("/feeds/f?streams=a,b");
        eventuallyClients(3);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<FeedMessage> sent = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            byte[] payload = new byte[random.nextInt(100) == 0 ? random.nextInt(70_000) : random.nextInt(300)];
            random.nextBytes(payload);
            boolean text = random.nextBoolean();
            if (text) {
                for (int at = 0; at < payload.length; at++) {
                    payload[at] = (byte) ('a' + (payload[at] & 15));
                }
            }
            sent.add(publish(STREAMS[random.nextInt(4)], Buffer.buffer(payload), text));
            if (random.nextInt(1_000) == 0) {
                eventually(() -> all.payloads.size() == sent.size()); // a burst has ended
            }
        }

        eventually(() -> all.payloads.size() == sent.size() && too.payloads.size() == sent.size());
        List<FeedMessage> ofSome = sent.stream()
                .filter(m -> "a".equals(m.stream()) || "b".equals(m.stream()))
                .toList();
        eventually(() -> some.payloads.size() == ofSome.size());
        assertThat(List.copyOf(all.payloads))
                .as("seed %d", seed)
                .isEqualTo(sent.stream().map(FeedMessage::payload).toList())
                .isEqualTo(List.copyOf(too.payloads));
        assertThat(List.copyOf(all.texts))
                .isEqualTo(sent.stream().map(FeedMessage::text).toList());
        assertThat(List.copyOf(some.payloads))
                .isEqualTo(ofSome.stream().map(FeedMessage::payload).toList());
    }

    @Test
    void shouldCompressForThoseWhoAsk() {
        open(new RelayConfig(
                "127.0.0.1", 0, null, null, List.of(), List.of(), true, Failover.LEASED, RelayLimits.DEFAULT));
        Reader compressed =
                join(connecting("/feeds/f", new WebSocketClientOptions().setTryUsePerMessageCompression(true)));
        eventuallyClients(1);
        List<Buffer> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sent.add(Buffer.buffer("{\"price\":" + i + "}".repeat(i * 100)));
            publish("a", sent.get(i), i % 2 == 0);
        }

        eventually(() -> compressed.payloads.size() == 200);
        assertThat(List.copyOf(compressed.payloads)).isEqualTo(sent);
        assertThat(count("firstline.relay.bytes"))
                .isLessThan(sent.stream().mapToInt(Buffer::length).sum() / 10.0);
    }

    @Test
    void shouldCloseTheClientsOfARemovedFeedSoThatTheyConnectAgain() {
        open(LOCAL);
        Reader reader = reader("/feeds/f");
        eventuallyClients(1);

        relay.remove("f");

        eventually(() -> reader.closed);
        assertThat(reader.code()).isEqualTo(1012);
    }

    private static FeedConfig ofVenue(String venue, int connections) {
        return FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("venue", venue)
                .put("url", "ws://127.0.0.1:1/")
                .put("connections", connections));
    }

    @Test
    void shouldSpeakTheProtocolOfTheNewVenueAfterAReload() {
        open(LOCAL);
        relay.changed(ofVenue("binance-spot", 2));
        eventually(() -> connecting("/ws", new WebSocketClientOptions())
                .map(true)
                .otherwise(false)
                .toCompletionStage()
                .toCompletableFuture()
                .join());
        Reader binance = reader("/ws");

        relay.changed(ofVenue("binance-spot", 3));
        binance.socket.writeTextMessage("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
        eventually(() -> binance.payloads.size() == 1);
        relay.changed(ofVenue("okx", 3));
        eventually(() -> binance.closed);
        assertThat(binance.code()).isEqualTo(1012);
        Reader okx = reader("/ws/v5/public");
        publish("a", "still the same feed");
        okx.socket.writeTextMessage("ping");
        eventually(() -> okx.payloads.contains(Buffer.buffer("pong")));
        Reader plain = reader("/feeds/f");
        eventuallyClients(2);
        publish("a", "still the same feed");
        eventually(() -> plain.payloads.size() == 1);
    }

    @Test
    void shouldShowItsClients() {
        open(LOCAL);
        reader("/feeds/f?streams=b,a");
        eventuallyClients(1);
        publish("a", "1");
        eventually(() -> count("firstline.relay.messages") == 1);

        JsonObject client = status().getJsonArray("clients").getJsonObject(0);
        assertThat(client.getString("feed")).isEqualTo("f");
        assertThat(client.getJsonArray("streams")).containsExactly("a", "b");
        assertThat(client.getLong("messages")).isEqualTo(1);
        assertThat(client.getLong("backlogBytes")).isZero();
        assertThat(status().getString("url")).isEqualTo(relay.url());
    }
}
