package io.firstline.config.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Errors;
import io.firstline.config.WsConnectionConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsReaderTest {
    @TempDir
    Path folder;

    private List<String> errors(JsonObject secrets, String venue) {
        JsonObject json = new JsonObject().put("name", "f").put("venue", venue);
        if (secrets != null) {
            json.put("secrets", secrets);
        }
        return Errors.of(() -> FeedConfig.fromJson(json, folder));
    }

    private void write(String name, String text, String mode) throws IOException {
        Files.setPosixFilePermissions(
                Files.writeString(folder.resolve(name), text), PosixFilePermissions.fromString(mode));
    }

    @Test
    void shouldNameTheSecretsThatAVenueNeeds() throws IOException {
        write("key", "k", "rw-------");

        assertThat(errors(null, "okx-vip"))
                .singleElement()
                .asString()
                .startsWith(
                        "/secrets: found no \"key\", no \"passphrase\", no \"secret\", allowed: an object with key, passphrase,"
                                + " secret, which the venue okx-vip needs, each as ${NAME} or ${file:/path}");
        assertThat(errors(new JsonObject().put("key", "${file:key}").put("secret", "${file:key}"), "okx-vip"))
                .singleElement()
                .asString()
                .startsWith("/secrets: found no \"passphrase\", ");
    }

    @Test
    void shouldSayWhatIsWrongWithASecretButNotTheSecret() throws IOException {
        write("open", "k", "rw-r--r--");
        write("empty", " \n", "rw-------");
        write("pem", "-----BEGIN hush", "rw-------");
        JsonObject secrets = new JsonObject().put("key", "hush").put("secret", "${FIRSTLINE_NO_SUCH_VARIABLE}");

        assertThat(errors(secrets, "kalshi"))
                .extracting(line -> line.replaceAll(", allowed.*", ""))
                .containsExactly(
                        "/secrets/key: found a text that is no reference",
                        "/secrets/secret: found ${FIRSTLINE_NO_SUCH_VARIABLE}, which is not set");
        assertThat(errors(new JsonObject().put("key", "${file:open}").put("secret", "${file:pem}"), "kalshi"))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("/secrets/key: found ${file:open}, which others may read (its mode must be 0600 or 0640)");
        assertThat(errors(new JsonObject().put("key", "${file:empty}").put("secret", "${file:pem}"), "kalshi"))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("/secrets/key: found ${file:empty}, which is empty");
        assertThat(errors(new JsonObject().put("key", "${file:none}").put("secret", "${file:pem}"), "kalshi"))
                .hasSize(2)
                .first()
                .asString()
                .contains("which does not exist");
        write("key", "k", "rw-------");
        assertThat(errors(new JsonObject().put("key", "${file:key}").put("secret", "${file:pem}"), "kalshi"))
                .singleElement()
                .asString()
                .startsWith("/secrets/secret: found ${file:pem}, which holds a text without a private key in PEM,"
                        + " allowed: an RSA private key of at least 1024 bits as PEM, for rsa-pss-sha256")
                .doesNotContain("hush");
    }

    @Test
    void shouldReportAPlaceholderWithoutASecret() {
        assertThat(Errors.of(() -> WsConnectionConfig.of("wss://a.example.com/?t=${secret.token}")))
                .containsExactly("/url: found ${secret.token}, allowed: a secret that \"secrets\" names");
        assertThat(Errors.of(() -> FeedConfig.fromJson(
                        new JsonObject()
                                .put("name", "f")
                                .put("url", "wss://a.example.com/")
                                .put("headers", new JsonObject().put("X", "${secret.token} ${other}")),
                        folder)))
                .extracting(line -> line.replaceAll(":.*", ""))
                .containsExactly("/headers/X", "/headers/X");
    }

    @Test
    void shouldReportEachWrongSecretAtOnce() throws IOException {
        write("open", "k", "rw-r--r--");
        write("pem", "-----BEGIN hush", "rw-------");
        JsonObject secrets = new JsonObject()
                .put("key", "${file:open}")
                .put("secret", "${file:pem}")
                .put("kye", "${file:open}");

        assertThat(errors(secrets, "kalshi"))
                .extracting(line -> line.replaceAll("; |, which.*allowed", ", allowed"))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("/secrets/key: found ${file:open}"),
                        line -> assertThat(line).startsWith("/secrets/secret: found ${file:pem}"),
                        line -> assertThat(line)
                                .isEqualTo("/secrets/kye: found a secret that nothing uses, allowed: key, secret"));
        assertThat(errors(new JsonObject().put("key", "${file:pem}"), "okx"))
                .containsExactly(
                        "/secrets/key: found a secret that nothing uses, allowed: no secrets: nothing uses one");
    }

    @Test
    void shouldCheckThePlaceholdersOfTheUsersMessages() throws IOException {
        write("key", "k", "rw-------");
        JsonObject json = new JsonObject()
                .put("name", "f")
                .put("url", "wss://a.example.com")
                .put("secrets", new JsonObject().put("key", "${file:key}"));

        assertThat(FeedConfig.fromJson(
                                json.copy()
                                        .put(
                                                "onConnect",
                                                List.of("{\"id\":${id},\"k\":\"${secret.key}\",\"t\":${timeMs}}")),
                                folder)
                        .pool()
                        .connection()
                        .onConnect())
                .hasSize(1);
        assertThat(Errors.of(() -> FeedConfig.fromJson(
                        json.copy().put("onConnect", List.of("${secret.key}", "${nmae} ${secret.kye}")), folder)))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("/onConnect/1: found the unknown placeholder ${nmae}, allowed: ${id}, "),
                        line -> assertThat(line)
                                .isEqualTo(
                                        "/onConnect/1: found ${secret.kye}, allowed: a secret that \"secrets\" names"));
    }

    @Test
    void shouldReportWrongSecretsBesideWhatElseIsWrong() {
        JsonObject json = new JsonObject()
                .put("name", "f")
                .put("venue", "alpaca")
                .put("streams", List.of("trades AAPL"))
                .put("connections", 3)
                .put("secrets", new JsonObject().put("key", "${file:none}"));

        assertThat(Errors.of(() -> FeedConfig.fromJson(json, folder)))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("/secrets: found no \"secret\""),
                        line -> assertThat(line).startsWith("/secrets/key: found ${file:none}, which does not exist"),
                        line -> assertThat(line).startsWith("/connections: found 3 connections, allowed: at most 1"));
    }
}
