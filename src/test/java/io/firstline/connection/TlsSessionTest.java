package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.WsConnectionConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.Loops;
import io.firstline.testkit.Peer;
import io.firstline.testkit.ScriptedServer;
import io.firstline.testkit.Tls;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsSessionTest {
    @TempDir
    static Path directory;

    /** All connections of a pool have one client. The server need not send and sign its certificates again. */
    @Test
    void shouldResumeTheSessionOfAnEarlierConnection() throws InterruptedException {
        Vertx vertx = Loops.NATIVE.vertx();
        Tls tls = Tls.selfSigned(directory, "dns:localhost");
        try (ScriptedServer server = ScriptedServer.startTls(tls, Peer::upgrade)) {
            WsConnectionConfig config =
                    WsConnectionConfig.of(server.url("/")).withTrustedCertificates(tls.certificate());
            WsClient client = WsClient.create(vertx, config);
            SSLSession first = session(client, config, server, 0);
            while (System.currentTimeMillis() <= first.getCreationTime()) {
                Thread.onSpinWait();
            }

            SSLSession second = session(client, config, server, 1);

            assertThat(second.getCreationTime()).isEqualTo(first.getCreationTime());
            WsClient other = WsClient.create(vertx, config);
            assertThat(session(other, config, server, 2).getCreationTime())
                    .as("another client knows no session")
                    .isGreaterThan(first.getCreationTime());
            Await.result(client.close());
            Await.result(other.close());
        } finally {
            Await.result(vertx.close());
        }
    }

    private static SSLSession session(WsClient client, WsConnectionConfig config, ScriptedServer server, int number) {
        Await.result(client.connect(config));
        return server.peers().get(number).session();
    }
}
