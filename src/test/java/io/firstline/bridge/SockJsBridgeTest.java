package io.firstline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.service.BridgeConfig;
import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.SockJsBridgeConfig;
import io.firstline.http.HttpVerticle;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bridge for browsers, on real sockets. */
class SockJsBridgeTest extends BridgeTestBase {
    private static final HttpConfig LOCAL = HttpConfig.DEFAULT.withPort(0);
    private static final HttpConfig WITH_TOKEN = new HttpConfig("127.0.0.1", 0, false, TOKEN_SHA256, null);
    private static final HttpConfig CLOSED = new HttpConfig("0.0.0.0", 0, false, TOKEN_SHA256, null);

    private int port;

    private void open(HttpConfig http, BridgeConfig bridge, String... origins) {
        HttpVerticle page =
                new HttpVerticle(http, registry, Set.of("f"), new SockJsBridgeConfig(List.of(origins), bridge));
        join(vertx.deployVerticle(page));
        port = URI.create(page.url()).getPort();
    }

    private BridgeSocket.Web client(String... headers) throws IOException {
        return closing(new BridgeSocket.Web(port, headers));
    }

    private static JsonObject error(String what) {
        return new JsonObject().put("type", "err").put("body", what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "json"})
    void shouldPassOnAPermittedFeedInOneShape(String body) throws IOException {
        open(LOCAL, BridgeConfig.of("f"));
        deployFeed(exchange(market(500)), body);
        BridgeSocket.Web client = client();

        client.send(register(FEED));
        JsonObject frame = client.read();

        assertThat(frame.getString("type")).isEqualTo("rec");
        assertThat(frame.getString("address")).isEqualTo(FEED);
        assertThat(frame.getJsonObject("body").fieldNames())
                .contains("feed", "sequence", "connection", "receivedMicros", "text");
        readInSequence(client, 100);
    }

    @Test
    void shouldRefuseWhatIsNotPermitted() throws IOException {
        open(WITH_TOKEN, BridgeConfig.of("f"));
        BridgeSocket.Web client = client();

        client.send(register("firstline.feed.other"));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(register(Addresses.send("f")));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(withToken(command("status"), TOKEN));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.sendText("}");
        assertThat(client.read()).isEqualTo(error("invalid_json"));
        assertThat(client.isClosedSoon()).isTrue();
    }

    @Test
    void shouldLetTheHolderOfTheTokenAct() throws IOException {
        open(WITH_TOKEN, BridgeConfig.of("f").withInbound());
        deployFeed(exchange(quiet()), "message");
        BridgeSocket.Web client = client();

        client.send(withToken(command("status"), "wrong"));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(withToken(command("status"), TOKEN));
        JsonObject answer = client.read();
        assertThat(answer.getString("address")).isEqualTo("r1");
        assertThat(answer.getJsonObject("body").getInteger("target")).isEqualTo(3);

        BridgeSocket.Web other = client("Authorization: Bearer " + TOKEN);
        other.send(command("nonsense"));
        assertThat(other.read().getInteger("failureCode")).isEqualTo(400);
    }

    @Test
    void shouldWantTheTokenEvenForHearingWhereOthersCanConnect() throws IOException {
        open(CLOSED, BridgeConfig.of("f"));
        deployFeed(exchange(market(500)), "message");
        BridgeSocket.Web client = client();

        client.send(register(FEED));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(withToken(register(FEED), TOKEN));
        assertThat(client.read().getString("type")).isEqualTo("rec");
    }

    @Test
    void shouldServePagesOfItsOwnAndOfNamedOriginsOnly() throws IOException {
        open(LOCAL, BridgeConfig.of("f"), "https://desk.example.com");

        assertThat(client("Origin: https://desk.example.com").status).contains("101");
        assertThat(client("Origin: http://127.0.0.1:" + port).status).contains("101");
        assertThat(client("Origin: https://evil.example.com").status).contains("403");
    }

    @Test
    void shouldHangUpOnAFrameThatIsTooLong() throws IOException {
        open(LOCAL, BridgeConfig.of("f").withLimits(2, 1_024, 65_536));
        BridgeSocket.Web client = client();

        client.sendText("x".repeat(2_000));

        assertThat(client.isClosedSoon()).isTrue();
        eventually(() -> count("firstline.bridge.clients") == 0);
    }

    @Test
    void shouldTurnAwayOneTooMany() throws IOException {
        open(LOCAL, BridgeConfig.of("f").withLimits(1, 1_024, 65_536));
        client();
        eventually(() -> count("firstline.bridge.clients") == 1);

        BridgeSocket.Web second = client();
        assertThat(second.read()).isEqualTo(error("too_many_clients"));
        assertThat(second.isClosedSoon()).isTrue();
    }

    @Test
    void shouldDropWhoDoesNotReadWhileOthersLoseNothing() throws IOException {
        open(LOCAL, BridgeConfig.of("f").withLimits(4, 1_024, 65_536));
        deployFeed(exchange(market(10_000)), "message");
        BridgeSocket.Web good = client();

        readUntilTheOtherIsDropped(good, client(), () -> good.send(new JsonObject().put("type", "ping")));
    }

    @Test
    void shouldOweFewPongsToAClientThatDoesNotRead() throws IOException {
        open(LOCAL, BridgeConfig.of("f"));
        BridgeSocket.Web client = client();
        int pings = 200_000;
        ByteBuffer payload = ByteBuffer.allocate(125);
        ByteArrayOutputStream some = new ByteArrayOutputStream();
        for (int i = 1; i <= pings; i++) {
            some.writeBytes(BridgeSocket.Web.frame(0x89, payload.putInt(0, i).array()));
            if (i % 1_000 == 0) {
                client.out.write(some.toByteArray());
                some.reset();
            }
        }
        int pongs = 0;
        int last = 0;
        while (last < pings) {
            assertThat(client.in.readUnsignedShort()).isEqualTo(0x8A00 + 125);
            last = client.in.readInt();
            client.in.readNBytes(121);
            pongs++;
        }

        assertThat(pongs).as("without a bound each is answered").isLessThan(pings - 1_000);
        client.send(new JsonObject().put("type", "nonsense"));
        assertThat(client.read()).isEqualTo(error("unknown_type"));
    }

    @Test
    void shouldPutFragmentsTogether() throws IOException {
        open(LOCAL, BridgeConfig.of("f").withLimits(2, 1_024, 65_536));
        BridgeSocket.Web client = client();
        byte[] nonsense = "{\"type\":\"nonsense\"}".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3; i++) {
            // Vert.x itself would lose the frame boundaries here
            client.out.write(BridgeSocket.Web.frame(0x01, new byte[0]));
            client.out.write(BridgeSocket.Web.frame(0x00, nonsense));
            client.out.write(BridgeSocket.Web.frame(0x80, new byte[0]));
            assertThat(client.read()).isEqualTo(error("unknown_type"));
        }
        client.out.write(BridgeSocket.Web.frame(0x01, new byte[1_000]));
        client.out.write(BridgeSocket.Web.frame(0x00, new byte[1_000]));

        assertThat(client.isClosedSoon()).isTrue();
    }

    /** The SockJS frame format: an array of strings, each one JSON. */
    @Test
    void shouldSpeakSockJsToo() throws IOException {
        open(LOCAL, BridgeConfig.of("f"));
        deployFeed(exchange(market(500)), "message");
        BridgeSocket.Web client = closing(new BridgeSocket.Web(port, "/eventbus/000/abcdefgh/websocket", List.of()));

        assertThat(client.readText()).isEqualTo("o");
        client.sendText(new JsonArray().add(register(FEED).encode()).encode());
        String frame = client.readText();

        assertThat(frame).startsWith("a[");
        assertThat(new JsonObject(new JsonArray(frame.substring(1)).getString(0))
                        .getJsonObject("body")
                        .getString("feed"))
                .isEqualTo("f");
    }

    @Test
    void shouldNotBeThereUnlessConfigured() throws IOException {
        HttpVerticle page = new HttpVerticle(LOCAL, registry, Set.of("f"));
        join(vertx.deployVerticle(page));
        port = URI.create(page.url()).getPort();

        assertThat(client().status).contains("404");
    }

    @Test
    void shouldSayGoodbye() throws IOException {
        open(LOCAL, BridgeConfig.of("f"));
        BridgeSocket.Web client = client();
        eventually(() -> count("firstline.bridge.clients") == 1);

        vertx.deploymentIDs().forEach(id -> join(vertx.undeploy(id)));

        try {
            assertThat(client.read()).isEqualTo(error("closing"));
        } catch (SocketException closeFrame) {
            assertThat(closeFrame).hasMessage("frame 8");
        }
        assertThat(client.isClosedSoon()).isTrue();
    }
}
