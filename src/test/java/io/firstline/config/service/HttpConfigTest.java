package io.firstline.config.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firstline.config.Errors;
import io.firstline.config.check.Sha256;
import io.firstline.config.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code http}: access and tokens. */
class HttpConfigTest {
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String FEEDS = "'feeds':{'a':{'url':'ws://127.0.0.1:1/'}}";

    @TempDir
    Path folder;

    private static ServiceConfig config(String http) {
        return ServiceConfig.parse(("{'http':" + http + "," + FEEDS + "}").replace('\'', '"'), "test.json", null);
    }

    private static List<String> errors(String http) {
        return Errors.ofService(("{'http':" + http + "," + FEEDS + "}").replace('\'', '"'));
    }

    @Test
    void shouldServeThisMachineOnlyByDefault() {
        HttpConfig http = config("{}").http();

        assertThat(http).isEqualTo(HttpConfig.DEFAULT);
        assertThat(http.isLocal()).isTrue();
        assertThat(http.url(http.port())).isEqualTo("http://127.0.0.1:8080/");
        assertThat(ServiceConfig.parse(("{" + FEEDS + "}").replace('\'', '"'), "test.json", null)
                        .http())
                .isNull();
    }

    @Test
    void shouldReadEverything() throws IOException {
        Files.writeString(folder.resolve("cert.pem"), "");
        Files.writeString(folder.resolve("key.pem"), "");
        String json = "{'http':{'host':'::1','port':0,'control':true,'token':'sha256:" + ABC.toUpperCase(Locale.ROOT)
                + "','tls':{'certificate':'cert.pem','key':'key.pem'}}," + FEEDS + "}";

        HttpConfig http = ServiceConfig.parse(json.replace('\'', '"'), "test.json", folder)
                .http();

        assertThat(http.host()).isEqualTo("::1");
        assertThat(http.port()).isZero();
        assertThat(http.control()).isTrue();
        assertThat(http.tokenSha256()).isEqualTo(ABC);
        assertThat(http.tls().certificate())
                .isEqualTo(folder.resolve("cert.pem").toString());
        assertThat(http.url(4_711)).isEqualTo("https://[::1]:4711/");
        assertThat(http.isLocal()).isTrue();
    }

    @Test
    void shouldWantATokenWhereItMatters() {
        assertThat(errors("{'host':'0.0.0.0'}"))
                .containsExactly(
                        "/http/token: found nothing, allowed: a token, because \"host\" lets other machines in");
        assertThat(errors("{'control':true}"))
                .containsExactly(
                        "/http/token: found nothing, allowed: a token, because \"control\" allows requests that change feeds");
        assertThat(config("{'host':'0.0.0.0','token':'sha256:" + ABC + "'}")
                        .http()
                        .isLocal())
                .isFalse();
    }

    @Test
    void shouldNotTakeATokenThatStandsInTheFile() {
        assertThat(errors("{'token':'correct horse battery staple'}"))
                .singleElement()
                .asString()
                .startsWith("/http/token: found something else, allowed: sha256: and 64 hexadecimal digits")
                .doesNotContain("horse");
        assertThat(errors("{'token':7}")).containsExactly("/http/token: found a number, allowed: a string");
    }

    @Test
    void shouldTakeATokenFromTheEnvironment() throws IOException {
        JsonNode section = new ObjectMapper().readTree("{\"token\":\"${TOKEN}\"}");
        List<Problem> problems = new ArrayList<>();

        HttpConfig http = HttpReader.read(section, null, Map.of("TOKEN", "a".repeat(16))::get, problems);
        assertThat(http.tokenSha256()).hasSize(64);
        assertThat(problems).isEmpty();

        assertThat(HttpReader.read(section, null, Map.of("TOKEN", "short")::get, problems))
                .isNull();
        assertThat(HttpReader.read(section, null, name -> null, problems)).isNull();
        assertThat(problems)
                .extracting(Problem::found)
                .containsExactly("${TOKEN}, which has 5 characters", "${TOKEN}, which is not set");
    }

    @Test
    void shouldTakeATokenFromAFile() throws IOException {
        Path secret = folder.resolve("token");
        Files.writeString(secret, "a".repeat(16) + "\r\n");
        String http = "{'http':{'token':'${file:token}'}," + FEEDS + "}";
        String bridge = "{'bridges':{'tcp':{'feeds':['a'],'token':'${file:" + secret + "}'}}," + FEEDS + "}";

        String expected = "0c0beacef8877bbf2416eb00f2b5dc96354e26dd1df5517320459b1236860f8c";
        assertThat(ServiceConfig.parse(http.replace('\'', '"'), "t", folder)
                        .http()
                        .tokenSha256())
                .isEqualTo(expected);
        assertThat(ServiceConfig.parse(bridge.replace('\'', '"'), "t", folder)
                        .bridges()
                        .tcp()
                        .tokenSha256())
                .as("the file of the bridge's token as well, its line break no part of it")
                .isEqualTo(expected);

        Files.writeString(secret, "short\n");
        assertThat(Errors.of(() -> ServiceConfig.parse(http.replace('\'', '"'), "t", folder)))
                .singleElement()
                .asString()
                .startsWith("/http/token: found ${file:token}, which has 5 characters, allowed: sha256: and 64");
        Files.delete(secret);
        assertThat(Errors.of(() -> ServiceConfig.parse(http.replace('\'', '"'), "t", folder)))
                .singleElement()
                .asString()
                .startsWith("/http/token: found ${file:token}, which does not exist, allowed: ");
    }

    @Test
    void shouldTakeTheTokenOfABridgeFromTheEnvironment() {
        String bridge = "{'bridges':{'tcp':{'feeds':['a'],'inbound':true,'token':'${T}'}}," + FEEDS + "}";

        assertThat(ServiceConfig.parse(bridge.replace('\'', '"'), "t", null, Map.of("T", "b".repeat(16))::get)
                        .bridges()
                        .tcp()
                        .tokenSha256())
                .hasSize(64);
    }

    @Test
    void shouldTakeTheTokenOfARelayFromTheEnvironmentOrAFile() throws IOException {
        Path secret = Files.writeString(folder.resolve("relay"), "c".repeat(16));
        for (String token : List.of("${T}", "${file:" + secret + "}")) {
            String relay = "{'relay':{'host':'0.0.0.0','token':'" + token + "'}," + FEEDS + "}";

            assertThat(ServiceConfig.parse(relay.replace('\'', '"'), "t", null, Map.of("T", "c".repeat(16))::get)
                            .relay()
                            .tokenSha256())
                    .isEqualTo(Sha256.hex("c".repeat(16)));
        }
    }

    @Test
    void shouldReadWhatServesHealthAlone() {
        HttpConfig http = config("{'openMetrics':true,'managementHost':'0.0.0.0','managementPort':9001,"
                        + "'allowedHosts':['Desk.example.com'],'shutdownDelayMs':5000}")
                .http();

        assertThat(http.management()).isEqualTo(new HttpConfig.Management("0.0.0.0", 9_001));
        assertThat(http.management().isLocal()).isFalse();
        assertThat(http.openMetrics()).isTrue();
        assertThat(http.allowedHosts()).containsExactly("desk.example.com");
        assertThat(http.shutdownDelayMs()).isEqualTo(5_000);
        assertThat(http.withPort(1).management()).isEqualTo(http.management());
        assertThat(config("{'managementPort':0}").http().management().isLocal()).isTrue();
        assertThat(errors("{'managementHost':'0.0.0.0'}"))
                .containsExactly(
                        "/http/managementPort: found nothing, allowed: a port, because there is \"managementHost\"");
        assertThat(errors("{'port':9001,'managementPort':9001}"))
                .containsExactly("/http/managementPort: found 9001, allowed: another port than \"port\"");
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThat(errors("{'prot':1,'port':70000,'host':'','control':'yes','tls':{'certificate':'x'}}"))
                .containsExactly(
                        "/http/prot: found an unknown key, allowed: host, port, control, vertxMetrics, allowedHosts, openMetrics,"
                                + " managementPort, managementHost, shutdownDelayMs, token, tls",
                        "/http/port: found 70000 (a number), allowed: an integer from 0 to 65535",
                        "/http/host: found \"\" (a string), allowed: a host name or address",
                        "/http/control: found \"yes\" (a string), allowed: true or false",
                        "/http/tls/key: found nothing, allowed: a file name");
        assertThat(errors("{'tls':{'certificate':'/no/cert.pem','key':'/no/key.pem'}}"))
                .containsExactly(
                        "/http/tls/certificate: found \"/no/cert.pem\", allowed: a file that can be read",
                        "/http/tls/key: found \"/no/key.pem\", allowed: a file that can be read");
    }
}
