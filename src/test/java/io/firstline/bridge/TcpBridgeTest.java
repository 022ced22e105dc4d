package io.firstline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.bus.Addresses;
import io.firstline.config.service.BridgeConfig;
import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.TcpBridgeConfig;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.testkit.Tls;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.bridge.BridgeOptions;
import io.vertx.ext.bridge.PermittedOptions;
import io.vertx.ext.eventbus.bridge.tcp.TcpEventBusBridge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bridge for programs that are not on the JVM, on real sockets. */
class TcpBridgeTest extends BridgeTestBase {
    private int port;

    private void open(TcpBridgeConfig config) {
        TcpBridgeVerticle bridge = new TcpBridgeVerticle(config, registry);
        join(vertx.deployVerticle(bridge));
        port = bridge.port();
    }

    private void open(BridgeConfig config) {
        open(TcpBridgeConfig.local(null, config));
    }

    private BridgeSocket.Tcp client() throws IOException {
        return closing(new BridgeSocket.Tcp(port));
    }

    private static JsonObject error(String what) {
        return new JsonObject().put("type", "err").put("message", what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "json"})
    void shouldPassOnAPermittedFeedInOneShape(String body) throws IOException {
        ExchangeSimulator exchange = exchange(market(500));
        deployFeed(exchange, body);
        open(BridgeConfig.of("f"));
        BridgeSocket.Tcp client = client();

        client.send(register(FEED));
        JsonObject frame = client.read();

        assertThat(frame.getString("type")).isEqualTo("message");
        assertThat(frame.getString("address")).isEqualTo(FEED);
        JsonObject message = frame.getJsonObject("body");
        assertThat(message.fieldNames()).contains("feed", "sequence", "connection", "receivedMicros", "text");
        assertThat(message.getString("feed")).isEqualTo("f");
        assertThat(new JsonObject(message.getString("text")).getString("stream"))
                .isIn(TRADE, BOOK);
        readInSequence(client, 100);
    }

    @Test
    void shouldPassOnEventsAndSingleStreams() throws IOException {
        deployFeed(exchange(market(500)), "message");
        open(BridgeConfig.of("f"));
        BridgeSocket.Tcp client = client();

        client.send(register(Addresses.stream("f", TRADE)));
        assertThat(new JsonObject(client.read().getJsonObject("body").getString("text")).getString("stream"))
                .isEqualTo(TRADE);
        client.send(new JsonObject().put("type", "unregister").put("address", Addresses.stream("f", TRADE)));
        client.send(register(Addresses.events("f")));
        client.send(new JsonObject().put("type", "ping"));
        while (!client.read().getString("type").equals("pong")) {
            Thread.onSpinWait();
        }
        vertx.eventBus().publish(Addresses.events("f"), new JsonObject().put("event", "x"));

        JsonObject told = client.read().getJsonObject("body");
        while (told.getString("event").equals("in-step")) { // of a connection that is later than the others
            told = client.read().getJsonObject("body");
        }
        assertThat(told).isEqualTo(new JsonObject().put("event", "x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "firstline.feed.other",
                "firstline.feed.ff",
                "firstline.feed.f.send",
                "firstline.feed.f.command",
                "firstline.feed.f.resend",
                "firstline.feed.f.replicas",
                "firstline.feed.f.carriers",
                "firstline.feed.f.amendments",
                "firstline.feed.f.here",
                "firstline.feed.f.",
                "firstline.node",
                "firstline.status",
                "firstline.feed.",
                ""
            })
    void shouldNotLetAnythingElseBeHeard(String address) throws IOException {
        open(BridgeConfig.of("f").withLimits(2, 1_024, 65_536));
        BridgeSocket.Tcp client = client();

        client.send(register(address));

        assertThat(client.read()).isEqualTo(error("access_denied"));
    }

    @Test
    void shouldLetNothingInUnlessTold() throws IOException {
        open(TcpBridgeConfig.local(TOKEN_SHA256, BridgeConfig.of("f")));
        deployFeed(exchange(quiet()), "message");
        BridgeSocket.Tcp client = client();

        client.send(withToken(command("status"), TOKEN));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(new JsonObject().put("type", "publish").put("address", FEED).put("body", "forged"));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(withToken(command("status").put("address", "firstline.status"), TOKEN));
        assertThat(client.read()).isEqualTo(error("access_denied"));
    }

    @Test
    void shouldLetTheHolderOfTheTokenAct() throws IOException {
        deployFeed(exchange(quiet()), "message");
        open(TcpBridgeConfig.local(TOKEN_SHA256, BridgeConfig.of("f").withInbound()));
        BridgeSocket.Tcp client = client();

        client.send(command("status"));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(withToken(command("status"), TOKEN + "?"));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(withToken(command("status"), TOKEN));
        assertThat(client.read().getJsonObject("body").getString("feed", "f")).isEqualTo("f");
        client.send(command("nonsense")); // no token from now on
        JsonObject failure = client.read();
        assertThat(failure.getInteger("failureCode")).isEqualTo(400);
        assertThat(failure.getString("address")).isEqualTo("r1");
        client.send(command("status").put("address", "firstline.status"));
        assertThat(client.read().getJsonObject("body").getJsonObject("feeds").fieldNames())
                .isEqualTo(Set.of("f"));
        client.send(command("status").put("address", "firstline.feed.other.command"));
        assertThat(client.read()).isEqualTo(error("access_denied"));
    }

    @Test
    void shouldWantTheTokenEvenForHearingWhereOthersCanConnect() throws IOException {
        open(new TcpBridgeConfig("0.0.0.0", 0, TOKEN_SHA256, null, BridgeConfig.of("f")));
        BridgeSocket.Tcp client = client();

        client.send(register(FEED));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(withToken(register(FEED), "wrong"));
        assertThat(client.read()).isEqualTo(error("access_denied"));
        client.send(withToken(register(FEED), TOKEN));
        client.send(new JsonObject().put("type", "ping"));
        assertThat(client.read().getString("type")).isEqualTo("pong");
    }

    @Test
    void shouldHangUpOnGarbage() throws IOException {
        open(BridgeConfig.of("f"));
        BridgeSocket.Tcp http = client();
        http.out.write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(http.read()).isEqualTo(error("frame_too_long"));
        assertThat(http.isClosedSoon()).isTrue();

        BridgeSocket.Tcp negative = client();
        negative.out.writeInt(-1);
        assertThat(negative.read()).isEqualTo(error("frame_too_long"));

        for (String json : new String[] {"{", "null", "[1]", "\"x\""}) {
            BridgeSocket.Tcp client = client();
            client.out.writeInt(json.length());
            client.out.writeBytes(json);
            assertThat(client.read()).isEqualTo(error("invalid_json"));
            assertThat(client.isClosedSoon()).isTrue();
        }
        eventually(() -> count("firstline.bridge.clients") == 0);
        assertThat(count("firstline.bridge.refused")).isEqualTo(6);
    }

    @Test
    void shouldAnswerNonsenseAndGoOn() throws IOException {
        open(BridgeConfig.of("f"));
        BridgeSocket.Tcp client = client();

        client.send(new JsonObject().put("type", 7).put("address", new JsonObject()));
        assertThat(client.read()).isEqualTo(error("unknown_type"));
        client.send(new JsonObject().put("type", "register").put("address", 7));
        assertThat(client.read()).isEqualTo(error("missing_address"));
        client.send(new JsonObject().put("type", "unregister").put("address", FEED));
        assertThat(client.read()).isEqualTo(error("unknown_address"));
        client.send(register(FEED).put("headers", "none"));
        client.send(register(FEED));
        assertThat(client.read()).isEqualTo(error("address_already_registered"));
    }

    @Test
    void shouldKeepNoFrameThatIsTooLong() throws IOException {
        open(BridgeConfig.of("f").withLimits(2, 1_024, 65_536));
        BridgeSocket.Tcp client = client();
        client.out.writeInt(1_025);
        client.out.write('{');

        assertThat(client.read()).isEqualTo(error("frame_too_long"));
        assertThat(client.isClosedSoon()).isTrue();
    }

    @Test
    void shouldTurnAwayOneTooMany() throws IOException {
        open(BridgeConfig.of("f").withLimits(2, 1_024, 65_536));
        BridgeSocket.Tcp first = client();
        client();
        eventually(() -> count("firstline.bridge.clients") == 2);

        BridgeSocket.Tcp third = client();
        assertThat(third.read()).isEqualTo(error("too_many_clients"));
        assertThat(third.isClosedSoon()).isTrue();

        first.close();
        eventually(() -> count("firstline.bridge.clients") == 1);
        BridgeSocket.Tcp fourth = client();
        fourth.send(new JsonObject().put("type", "ping"));
        assertThat(fourth.read().getString("type")).isEqualTo("pong");
    }

    @Test
    void shouldDropWhoDoesNotReadWhileOthersLoseNothing() throws IOException {
        deployFeed(exchange(market(10_000)), "message");
        open(BridgeConfig.of("f").withLimits(4, 1_024, 65_536));

        readUntilTheOtherIsDropped(client(), client(), () -> {});

        JsonObject status = join(vertx.eventBus()
                        .<JsonObject>request(Addresses.command("f"), new JsonObject().put("do", "status")))
                .body();
        assertThat(status.getJsonObject("dropped"))
                .as("the feed dropped nothing for it")
                .isEmpty();
        assertThat(status.getLong("lost")).isZero();
    }

    @Test
    void shouldSurviveAClientThatVanishes() throws IOException {
        deployFeed(exchange(market(200)), "message"); // what "good" does not read meanwhile fits into its socket
        open(BridgeConfig.of("f"));
        BridgeSocket.Tcp good = client();
        good.send(register(FEED));
        for (int i = 0; i < 20; i++) {
            BridgeSocket.Tcp abrupt = client();
            abrupt.send(register(FEED));
            abrupt.read();
            abrupt.socket.setSoLinger(true, 0); // a reset instead of an orderly close
            abrupt.close();
        }

        readInSequence(good, 200);
        eventually(() -> count("firstline.bridge.clients") == 1);
    }

    @Test
    void shouldSpeakTls(@TempDir Path folder) throws Exception {
        Tls tls = Tls.selfSigned(folder, "ip:127.0.0.1");
        deployFeed(exchange(market(500)), "message");
        open(new TcpBridgeConfig(
                "127.0.0.1", 0, null, new HttpConfig.PemFiles(tls.certificate(), tls.key()), BridgeConfig.of("f")));
        NetClient secure = vertx.createNetClient(new NetClientOptions()
                .setSsl(true)
                .setHostnameVerificationAlgorithm("")
                .setTrustOptions(new PemTrustOptions().addCertPath(tls.certificate())));
        Buffer read = Buffer.buffer();
        Promise<Void> aFrame = Promise.promise();
        NetSocket socket = join(secure.connect(port, "127.0.0.1")
                .onSuccess(s -> s.handler(bytes -> {
                    read.appendBuffer(bytes);
                    aFrame.tryComplete();
                })));

        join(socket.write(BridgeProtocol.TCP.bytes(register(FEED))));
        join(aFrame.future());

        assertThat(read.getString(4, 21)).isEqualTo("{\"type\":\"message\"");
        BridgeSocket.Tcp plain = client();
        plain.send(register(FEED));
        assertThat(plain.isClosedSoon()).isTrue();
    }

    /** A client of Vert.x' own bridge works with this one. */
    @Test
    void shouldAnswerAsVertxOwnBridgeDoes() throws IOException {
        String address = Addresses.feed("f");
        vertx.eventBus().<JsonObject>consumer(Addresses.command("f"), request -> {
            if (request.body().containsKey("fail")) {
                request.fail(418, "no tea");
            } else {
                request.reply(new JsonObject()
                        .put("was", request.body())
                        .put("header", request.headers().get("h")));
            }
        });
        BridgeOptions permitted = new BridgeOptions()
                .addOutboundPermitted(new PermittedOptions().setAddress(address))
                .addInboundPermitted(new PermittedOptions().setAddress(Addresses.command("f")));
        int theirs = freePort();
        join(TcpEventBusBridge.create(vertx, permitted).listen(theirs));
        open(TcpBridgeConfig.local(TOKEN_SHA256, BridgeConfig.of("f").withInbound()));
        BridgeSocket.Tcp their = closing(new BridgeSocket.Tcp(theirs));
        BridgeSocket.Tcp our = client();
        our.send(withToken(command("x"), TOKEN));
        our.read();

        for (JsonObject frame : List.of(
                new JsonObject().put("type", "ping"),
                register("not.permitted"),
                new JsonObject().put("type", "register"),
                new JsonObject().put("type", "unregister").put("address", address),
                new JsonObject().put("type", "publish").put("address", address).put("body", 1),
                command("x").put("headers", new JsonObject().put("h", "v")),
                command("x").put("body", new JsonObject().put("fail", true)))) {
            their.send(frame);
            our.send(frame);
            assertThat(our.read()).as(frame.encode()).isEqualTo(their.read());
        }
        their.send(register(address));
        our.send(register(address));
        their.send(new JsonObject().put("type", "ping"));
        our.send(new JsonObject().put("type", "ping"));
        assertThat(our.read()).isEqualTo(their.read());
        for (Object body : new Object[] {new JsonObject().put("a", 1), "text", 7, true, null}) {
            vertx.eventBus().publish(address, body, new DeliveryOptions().addHeader("h", "v"));
            assertThat(our.read()).as("%s", body).isEqualTo(their.read());
        }
    }

    @Test
    void shouldSayWhyItCannotOpen() throws IOException {
        open(BridgeConfig.of("f"));

        assertThat(failureOf(vertx.deployVerticle(new TcpBridgeVerticle(
                        new TcpBridgeConfig("127.0.0.1", port, null, null, BridgeConfig.of("f")), registry))))
                .hasMessageContaining("the TCP bridge cannot listen on 127.0.0.1:" + port);
    }
}
