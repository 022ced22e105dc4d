package io.firstline.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.service.HttpConfig.PemFiles;
import io.firstline.testkit.Await;
import io.firstline.testkit.Tls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a certificate change at any time. */
class CertificateWatchTest {
    private static final long LOOK_MS = 20;

    @TempDir
    private Path folder;

    private final List<Buffer> given = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private Vertx vertx;
    private CertificateWatch watch;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        watch.close();
        Await.result(vertx.close());
    }

    private Tls pair(String name) throws IOException {
        return Tls.selfSigned(Files.createDirectory(folder.resolve(name)), "dns:localhost");
    }

    private void watch(Tls pair) {
        PemFiles files = new PemFiles(pair.certificate(), pair.key());
        watch = new CertificateWatch(vertx, "the test", files, this::update, LOOK_MS);
    }

    private Future<Boolean> update(ServerSSLOptions options) {
        given.add(((PemKeyCertOptions) options.getKeyCertOptions()).getCertValue());
        return failures.getAndDecrement() > 0 ? Future.failedFuture("not now") : Future.succeededFuture(true);
    }

    private static Buffer certificate(Tls pair) throws IOException {
        return Buffer.buffer(Files.readAllBytes(Path.of(pair.certificate())));
    }

    @Test
    void shouldGiveTheServerWhatChangedBeforeTheFirstCheck() throws IOException {
        Tls pair = pair("there");

        watch(pair);

        Await.until("it is given, whatever the server has read", () -> watch.hasLooked());
        assertThat(given).containsExactly(certificate(pair));
    }

    @Test
    void shouldTryAnUpdateAgainThatFailed() throws IOException {
        Tls pair = pair("old");
        Tls next = pair("next");
        watch(pair);
        Await.until("the first", () -> watch.hasLooked());
        failures.set(2);

        Files.copy(Path.of(next.key()), Path.of(pair.key()), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(Path.of(next.certificate()), Path.of(pair.certificate()), StandardCopyOption.REPLACE_EXISTING);

        Await.until("two that fail and one that does not", () -> given.size() == 4);
        assertThat(given.subList(1, 4)).containsOnly(certificate(next));
    }
}
