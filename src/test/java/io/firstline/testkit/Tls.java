package io.firstline.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A certificate made for one test run: by the JDK's own keytool, in a temporary directory. */
public final class Tls {
    private static final String PASSWORD = "changeit";
    private static final String AUTHORITY = "authority";
    private static final String SERVER = "server";

    private final Path store;
    private final Path certificate;
    private SSLContext context;

    private Tls(Path store, Path certificate) {
        this.store = store;
        this.certificate = certificate;
    }

    /**
     * Makes a key and its certificate.
     *
     * @param directory a temporary one
     * @param names for whom it is valid, such as {@code dns:localhost,ip:127.0.0.1}
     */
    public static Tls selfSigned(Path directory, String names) {
        Path store = directory.resolve("server.p12");
        Path certificate = directory.resolve("server.pem");
        keytool(
                store,
                SERVER,
                List.of("-genkeypair", "-keyalg", "EC", "-dname", "CN=test", "-ext", "san=" + names, "-validity", "2"));
        return new Tls(store, certificate).exported(SERVER);
    }

    /**
     * Makes an authority that issues certificates with {@link #issue}: a client that trusts a self-signed certificate does not look at
     * its dates.
     *
     * @param directory a temporary one
     */
    public static Tls authority(Path directory) {
        Path store = directory.resolve("authority.p12");
        Path certificate = directory.resolve("authority.pem");
        keytool(
                store,
                AUTHORITY,
                List.of("-genkeypair", "-keyalg", "EC", "-dname", "CN=authority", "-ext", "bc:c", "-validity", "2"));
        return new Tls(store, certificate).exported(AUTHORITY);
    }

    /**
     * A certificate signed by this authority.
     *
     * @param names for whom it is valid, such as {@code dns:localhost,ip:127.0.0.1}
     * @param firstDay from when it is valid for two days: 0 = now, -10 = it has expired
     */
    public Tls issue(String names, int firstDay) {
        try {
            Path issued = Files.createTempFile(store.getParent(), SERVER, ".p12");
            Files.copy(store, issued, StandardCopyOption.REPLACE_EXISTING);
            List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-keyalg", "EC", "-dname", "CN=test"));
            arguments.addAll(List.of("-signer", AUTHORITY, "-ext", "san=" + names));
            arguments.addAll(List.of("-startdate", (firstDay < 0 ? "" : "+") + firstDay + "d", "-validity", "2"));
            keytool(issued, SERVER, arguments);
            return new Tls(issued, certificate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a certificate of the store as PEM; keytool would take another JVM for that. */
    private Tls exported(String alias) {
        try {
            pem(certificate, "CERTIFICATE", keys().getCertificate(alias).getEncoded());
            return this;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore keys() throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            return keys;
        }
    }

    private static void pem(Path file, String what, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    private static void keytool(Path store, String alias, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")); // starts in half the time
        command.addAll(arguments);
        command.addAll(List.of("-alias", alias, "-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", PASSWORD));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.Charset.defaultCharset());
            if (process.waitFor() != 0) {
                throw new IllegalStateException("keytool: " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The certificate, or that of the authority which issued it, as a PEM file for a client that is to trust it. */
    public String certificate() {
        return certificate.toString();
    }

    /** The certificate itself as a PEM file, also if an authority has issued it: for one who shows it. */
    public String shown() {
        try {
            Path file = store.resolveSibling(store.getFileName() + ".pem");
            pem(file, "CERTIFICATE", keys().getCertificate(SERVER).getEncoded());
            return file.toString();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key of the certificate as a PEM file, for a server that reads such. */
    public String key() {
        try {
            Path file = store.resolveSibling(store.getFileName() + ".key");
            pem(
                    file,
                    "PRIVATE KEY",
                    keys().getKey(SERVER, PASSWORD.toCharArray()).getEncoded());
            return file.toString();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    synchronized SSLContext serverContext() {
        try {
            if (context == null) {
                KeyStore keys = keys();
                keys.deleteEntry(AUTHORITY); // or its key might be shown instead
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(keys, PASSWORD.toCharArray());
                context = SSLContext.getInstance("TLS");
                context.init(factory.getKeyManagers(), null, null);
            }
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The server's side of TLS over an accepted connection; the handshake comes with the first read or write. */
    Socket over(Socket tcp) throws IOException {
        SSLSocket socket = (SSLSocket) serverContext().getSocketFactory().createSocket(tcp, null, tcp.getPort(), true);
        socket.setUseClientMode(false);
        return socket;
    }
}
