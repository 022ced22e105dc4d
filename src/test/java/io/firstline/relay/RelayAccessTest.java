package io.firstline.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.HttpConfig.PemFiles;
import io.firstline.config.service.RelayConfig;
import io.firstline.config.service.RelayLimits;
import io.firstline.replay.Failover;
import io.firstline.testkit.Tls;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients that may connect to the relay, and the answers to others. */
class RelayAccessTest extends RelayTestBase {
    private static RelayConfig open(PemFiles tls) {
        return new RelayConfig(
                "0.0.0.0", 0, TOKEN_SHA256, tls, List.of(), List.of(), false, Failover.LEASED, RelayLimits.DEFAULT);
    }

    private static RelayConfig ofDesk() {
        return new RelayConfig(
                "127.0.0.1",
                0,
                null,
                null,
                List.of("https://desk.example.com"),
                List.of(),
                false,
                Failover.LEASED,
                RelayLimits.DEFAULT);
    }

    /** The status of an upgrade: 101, or that of the refusal, and its body. */
    private String answer(String path, String... headers) throws InterruptedException {
        try {
            connecting(path, new WebSocketClientOptions(), headers)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            return "101";
        } catch (ExecutionException e) {
            UpgradeRejectedException rejected = (UpgradeRejectedException) e.getCause();
            return rejected.getStatus() + " " + rejected.getBody();
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldWantTheTokenBeyondThisMachine() throws InterruptedException {
        open(open((PemFiles) null));

        assertThat(answer("/feeds/f")).startsWith("401 ");
        assertThat(answer("/feeds/f?token=wrong")).startsWith("401 ");
        assertThat(answer("/feeds/f?token=" + TOKEN.replace(' ', '+'))).isEqualTo("101");
        assertThat(answer("/feeds/f?streams=a&token=" + TOKEN.replace(" ", "%20")))
                .isEqualTo("101");
        assertThat(answer("/feeds/f", "Authorization", "Bearer " + TOKEN)).isEqualTo("101");
        assertThat(answer("/feeds/f", "Sec-WebSocket-Protocol", "firstline, token." + TOKEN.replace(" ", "%20")))
                .isEqualTo("101");
    }

    @Test
    void shouldSlowDownGuessing() throws InterruptedException {
        open(open((PemFiles) null));
        for (int i = 0; i < 10; i++) {
            answer("/feeds/f?token=guess" + i);
        }

        assertThat(answer("/feeds/f?token=" + TOKEN.replace(' ', '+'))).startsWith("429 ");
    }

    @Test
    void shouldAdmitPagesOfNamedOriginsAndProgramsThatSendItsOwn() throws InterruptedException {
        open(ofDesk());

        assertThat(answer("/feeds/f", "Origin", "https://desk.example.com")).isEqualTo("101");
        assertThat(answer("/feeds/f", "Origin", "http://127.0.0.1:" + port())).isEqualTo("101");
        assertThat(answer("/feeds/f", "Origin", "https://evil.example.com")).startsWith("403 ");
        // a foreign name that points to this machine
        assertThat(answer("/feeds/f", "Origin", "http://evil.example.com", "Host", "evil.example.com"))
                .startsWith("403 ");
    }

    @Test
    void shouldSayWhatIsWrongWithAPath() throws InterruptedException {
        open(LOCAL.withLimit("maxSubscriptions", 2).withLimit("maxClients", 1));

        assertThat(answer("/feeds/g")).isEqualTo("404 {\"error\":\"unknown path, allowed: /feeds/f\"}");
        relay.sink(FeedConfig.fromJson(new JsonObject().put("name", "okx").put("venue", "okx")));
        assertThat(answer("/ws/v5/private"))
                .isEqualTo("404 {\"error\":\"unknown path, allowed: /feeds/f, /feeds/okx, /ws/v5/public,"
                        + " /ws/v5/business\"}");
        assertThat(answer("/feeds/f?streams=a,,b")).startsWith("400 {\"error\":\"streams: found an empty name");
        assertThat(answer("/feeds/f?stream=a"))
                .as("it would get all streams")
                .isEqualTo("400 {\"error\":\"found the parameter stream, allowed: streams, token\"}");
        assertThat(answer("/feeds/f?streams=a,b,c"))
                .isEqualTo("400 {\"error\":\"found 3 streams, allowed: at most 2\"}");
        assertThat(answer("/feeds/f")).isEqualTo("101");
        assertThat(answer("/feeds/f")).isEqualTo("503 {\"error\":\"too many clients\"}");
    }

    @Test
    void shouldRefuseStreamsOfAFeedThatNamesNone() {
        PlainProtocol plain = new PlainProtocol("f", false);

        assertThat(plain.open("/feeds/f", null)).isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain.open("/feeds/f", "streams=a"))
                .withMessageContaining("found [a], allowed: none, because the feed names no streams");
    }

    @Test
    void shouldSpeakTls(@TempDir Path directory) {
        Tls tls = Tls.selfSigned(directory, "ip:127.0.0.1");
        open(open(new PemFiles(tls.certificate(), tls.key())));

        Reader reader = join(connecting(
                "/feeds/f",
                new WebSocketClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false),
                "Authorization",
                "Bearer " + TOKEN));
        eventuallyClients(1);
        publish("a", "over TLS");

        eventually(() -> reader.payloads.size() == 1);
        assertThat(reader.payloads.peek()).hasToString("over TLS");
        assertThat(relay.url()).startsWith("wss://0.0.0.0:");
    }
}
