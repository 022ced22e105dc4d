package io.firstline.bridge;

import io.firstline.config.service.HttpConfig.PemFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Gives a server a new certificate when its files change. Key and certificate are two files and are replaced one after
 * the other, so two checks in a row must see the same content. The first pair is given to the server too, because the
 * files may have changed since it read them. An invalid pair changes nothing. Runs on one event loop; reads files on
 * another thread.
 */
public final class CertificateWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final long LOOK_MS = 2_000;
    private static final int MAX_BYTES = 1 << 20;
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private final Vertx vertx;
    private final String what;
    private final PemFiles files;
    private final Function<ServerSSLOptions, Future<Boolean>> update;
    private final long timer;
    /** The last pair that the server was given; null = none. */
    private volatile Pair known;
    /** The pair that could not be used and was reported; null = none. */
    private Pair failed;

    private Pair last;
    private boolean looking;

    /** The content of both files. */
    private record Pair(Buffer certificate, Buffer key) {
        ServerSSLOptions options() {
            return new ServerSSLOptions().setKeyCertOptions(pem());
        }

        PemKeyCertOptions pem() {
            return new PemKeyCertOptions().addCertValue(certificate).addKeyValue(key);
        }
    }

    /**
     * Watches until closed.
     *
     * @param what the server's name in the log
     * @param files the files that the server has read
     * @param update gives the server the new files
     */
    public CertificateWatch(
            Vertx vertx, String what, PemFiles files, Function<ServerSSLOptions, Future<Boolean>> update) {
        this(vertx, what, files, update, LOOK_MS);
    }

    /** The same with another interval. */
    public CertificateWatch(
            Vertx vertx, String what, PemFiles files, Function<ServerSSLOptions, Future<Boolean>> update, long lookMs) {
        this.vertx = vertx;
        this.what = what;
        this.files = files;
        this.update = update;
        this.timer = vertx.setPeriodic(0, lookMs, id -> look());
    }

    /** Whether the server was given the files once. */
    public boolean hasLooked() {
        return known != null;
    }

    public void close() {
        vertx.cancelTimer(timer);
    }

    private void look() {
        if (looking) {
            return;
        }
        looking = true;
        vertx.executeBlocking(this::read)
                .compose(this::seen)
                // it may be in the middle of a replacement
                .onFailure(e -> LOG.debug("cannot read the certificate of {}", what, e))
                .onComplete(done -> looking = false);
    }

    private Pair read() throws IOException {
        return new Pair(read(files.certificate()), read(files.key()));
    }

    private static Buffer read(String file) throws IOException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return Buffer.buffer(in.readNBytes(MAX_BYTES));
        }
    }

    private Future<?> seen(Pair now) {
        boolean rests = now.equals(last);
        last = now;
        if (!rests || now.equals(known)) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(() -> checked(now))
                .compose(certificate -> update.apply(now.options()).map(certificate))
                .onSuccess(certificate -> taken(now, certificate))
                .onFailure(e -> failed(now, e));
    }

    private void taken(Pair now, X509Certificate certificate) {
        boolean isNew = known != null || failed != null;
        known = now;
        failed = null;
        LOG.atLevel(isNew ? Level.INFO : Level.DEBUG)
                .log(
                        "{} has a new certificate, valid until {}",
                        what,
                        certificate.getNotAfter().toInstant());
    }

    /** It is tried again at the next check, but reported once. */
    private void failed(Pair now, Throwable e) {
        if (!now.equals(failed)) {
            failed = now;
            LOG.error(
                    "{} keeps its certificate: the new one in {} and {} cannot be used: {}",
                    what,
                    files.certificate(),
                    files.key(),
                    e.getMessage());
        }
    }

    /** The server certificate, if the key belongs to it. Otherwise every handshake would fail. */
    private X509Certificate checked(Pair pair) throws Exception {
        for (KeyManager manager : pair.pem().getKeyManagerFactory(vertx).getKeyManagers()) {
            if (!(manager instanceof X509KeyManager keys)) {
                continue;
            }
            for (String type : new String[] {"RSA", "EC", "EdDSA", "RSASSA-PSS"}) {
                String[] names = keys.getServerAliases(type, null);
                if (names != null && names.length > 0) {
                    X509Certificate certificate = keys.getCertificateChain(names[0])[0];
                    requirePair(certificate.getPublicKey(), keys.getPrivateKey(names[0]));
                    return certificate;
                }
            }
        }
        throw new GeneralSecurityException("no server can use a certificate of this kind");
    }

    private static void requirePair(PublicKey open, PrivateKey secret) throws GeneralSecurityException {
        String algorithm = SIGNATURES.get(open.getAlgorithm());
        if (algorithm == null) {
            return;
        }
        byte[] text = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(secret);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(open);
        signature.update(text);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("the key does not belong to the certificate");
        }
    }
}
