package io.firstline.config.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firstline.config.ConnectTarget;
import io.firstline.config.Errors;
import io.firstline.config.Limit;
import io.firstline.config.PathConfig;
import io.firstline.config.PathsConfig;
import io.firstline.config.Proxy;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.JsonText;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The paths in a feed's configuration. */
class FeedPathsTest {
    private static final String PROXIES = "http://[user:password@]host:port or socks5://[user:password@]host:port";

    private static FeedReader.Result read(String paths, Map<String, String> environment) {
        String json = "{\"url\":\"wss://a.example.com/\",\"paths\":" + paths + "}";
        return FeedReader.read(
                "f", (ObjectNode) JsonText.tree(json, new ArrayList<>()), List.of(), null, false, environment::get);
    }

    private static PathsConfig paths(String paths, Map<String, String> environment) {
        FeedReader.Result result = read(paths, environment);
        assertThat(result.problems()).isEmpty();
        return result.feed().pool().connection().paths();
    }

    private static List<String> errors(String paths) {
        return Errors.ofFeed("{\"url\":\"wss://a.example.com/\",\"paths\":" + paths + "}");
    }

    @Test
    void shouldReadPaths() {
        assertThat(paths("{}", Map.of())).isEqualTo(PathsConfig.DEFAULT);
        assertThat(paths("{\"addresses\":\"all\"}", Map.of()).addresses()).isEqualTo(PathsConfig.ALL);
        assertThat(paths("{\"addresses\":\"first\"}", Map.of()).addresses()).isEqualTo(1);
        assertThat(paths(
                        """
                        {"addresses":3,"localAddresses":["127.0.0.1","lo"],
                         "proxies":["http://me:p%40ss@proxy.example.com:3128","SOCKS5h://[::1]:1080/"]}""",
                        Map.of()))
                .isEqualTo(new PathsConfig(
                        3,
                        List.of("127.0.0.1", "lo"),
                        List.of(
                                new Proxy(Proxy.Kind.HTTP, "proxy.example.com", 3_128, "me", "p@ss"),
                                new Proxy(Proxy.Kind.SOCKS5, "[::1]", 1_080, "", "")),
                        List.of()));
    }

    @Test
    void shouldTakeTheLoginOfAProxyFromASecret() {
        String json = "{\"url\":\"wss://a.example.com/\",\"paths\":{\"proxies\":[\"http://me:${secret.word}@p:1\"]},"
                + "\"secrets\":{\"word\":\"${WORD}\"}}";
        ObjectNode feed = (ObjectNode) JsonText.tree(json, new ArrayList<>());
        FeedReader.Result result = FeedReader.read("f", feed, List.of(), null, false, Map.of("WORD", "hush hush")::get);
        assertThat(result.problems()).isEmpty();
        PathConfig path = result.feed().pool().connection().ofTurn(0).path();
        assertThat(path.filled(template -> template.replace("${secret.word}", "hush hush"))
                        .proxy()
                        .password())
                .isEqualTo("hush hush");
    }

    @Test
    void shouldReadTheProxyOfTheEnvironment() {
        Map<String, String> variables =
                Map.of("https_proxy", "http://me:hush@10.0.0.1:3128", "NO_PROXY", "localhost, .example.org,127.0.0.1");
        PathsConfig paths = paths("{\"proxies\":\"environment\"}", variables);
        assertThat(paths.first(URI.create("wss://a.example.com/")).proxy().address())
                .isEqualTo("http://10.0.0.1:3128");
        assertThat(paths.first(URI.create("wss://a.example.org/")).proxy()).isNull();
        assertThat(paths.first(URI.create("wss://EXAMPLE.ORG/")).proxy()).isNull();
        assertThat(paths.first(URI.create("wss://notexample.org/")).proxy()).isNotNull();
        assertThat(paths.first(URI.create("wss://127.0.0.1/")).proxy()).isNull();
        assertThat(paths("{\"proxies\":\"environment\"}", Map.of()).proxies()).isEmpty();
        assertThat(paths(
                                "{\"proxies\":\"environment\"}",
                                Map.of("HTTPS_PROXY", "http://10.0.0.1:3128", "NO_PROXY", "*"))
                        .first(URI.create("wss://a.example.com/"))
                        .proxy())
                .isNull();

        assertThat(read("{\"proxies\":\"environment\"}", Map.of("HTTPS_PROXY", "http://me:hush@10.0.0.1"))
                        .problems())
                .extracting(Problem::toString)
                .containsExactly("/paths/proxies: found \"environment\", whose HTTPS_PROXY is http://***@10.0.0.1,"
                        + " allowed: " + PROXIES + " in HTTPS_PROXY");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,wss://10.9.8.7/,true",
        "10.0.0.0/8,wss://11.9.8.7/,false",
        "10.0.0.0/8,wss://ten.example.com/,false",
        "172.16.0.0/12,wss://172.31.255.255/,true",
        "172.16.0.0/12,wss://172.32.0.0/,false",
        "192.0.2.7/32,wss://192.0.2.7/,true",
        "0.0.0.0/0,wss://192.0.2.7/,true",
        "0.0.0.0/0,wss://[fd00::1]/,false",
        "fd00::/8,wss://[fdff::1]/,true",
        "fd00::/8,wss://[fe00::1]/,false",
        "[fd00::]/8,wss://[fdff::1]/,true",
        "::1,wss://[::1]/,true",
        "::1,wss://[0:0:0:0:0:0:0:1]:9443/,true",
        "[::1]:9443,wss://[::1]:9443/,true",
        "[::1]:9443,wss://[::1]/,false",
        "example.com:9443,wss://a.example.com:9443/,true",
        "example.com:9443,wss://a.example.com/,false",
        "example.com:443,wss://a.example.com/,true",
        "example.com:443,https://a.example.com/rest,true",
        "example.com:443,ws://a.example.com/,false",
        "*.example.com:80,ws://a.example.com/,true",
        "10.0.0.0/8:9443,wss://10.1.1.1:9443/,true",
        "10.0.0.0/8:9443,wss://10.1.1.1/,false",
        "EXAMPLE.com,wss://a.Example.COM./,true",
        "*:443,wss://a.example.com:9443/,false"
    })
    void shouldUnderstandNetworksAndPortsWithoutAProxy(String noProxy, URI url, boolean direct) {
        PathsConfig paths = paths(
                "{\"proxies\":\"environment\"}",
                Map.of("HTTPS_PROXY", "http://10.0.0.1:3128", "no_proxy", "other.example.com, " + noProxy + " ,"));
        assertThat(paths.first(url).proxy() == null).isEqualTo(direct);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.0/33", "fd00::/129", "10.0.0/8", "10.0.0.0/x", "http://a.example.com", "a:0", "a:99999"})
    void shouldNameAWrongEntryOfNoProxy(String wrong) {
        assertThat(read(
                                "{\"proxies\":\"environment\"}",
                                Map.of("HTTPS_PROXY", "http://10.0.0.1:3128", "NO_PROXY", "a.example.com," + wrong))
                        .problems())
                .extracting(Problem::toString)
                .containsExactly("/paths/proxies: found \"environment\", whose NO_PROXY has \"" + wrong
                        + "\", allowed: " + PathsConfig.NO_PROXY_ALLOWED + " in NO_PROXY");
        assertThat(Errors.of(() -> new PathsConfig(PathsConfig.ALL, List.of(), List.of(), List.of(wrong))))
                .hasSize(1)
                .first()
                .asString()
                .contains("/paths/noProxy");
    }

    @Test
    void shouldNameEveryWrongPath() {
        assertThat(errors("{\"addresses\":\"some\"}"))
                .containsExactly(
                        "/paths/addresses: found \"some\" (a string), allowed: \"all\", \"first\" or a number from 1 to 1024");
        assertThat(errors("{\"addresses\":0}"))
                .containsExactly(
                        "/paths/addresses: found 0 (a number), allowed: \"all\", \"first\" or a number from 1 to 1024");
        assertThat(errors("{\"proxies\":\"none\"}"))
                .containsExactly(
                        "/paths/proxies: found \"none\" (a string), allowed: an array of proxies without repetitions, or"
                                + " \"environment\"");
        assertThat(errors("{\"proxies\":[\"http://me:hush@proxy.example.com\",\"ftp://x:1\",\"socks5://h:99999\"]}"))
                .containsExactly(
                        "/paths/proxies/0: found \"http://***@proxy.example.com\" without a port, allowed: " + PROXIES,
                        "/paths/proxies/1: found \"ftp://x:1\", allowed: " + PROXIES,
                        "/paths/proxies/2: found \"socks5://h:99999\", allowed: a port from 1 to 65535");
        assertThat(errors("{\"localAddresses\":[\"127.0.0.1\",\"192.0.2.9\",\"no-such0\",\"300.1.1.1\"]}"))
                .hasSize(3)
                .allMatch(line -> line.contains(", which this machine does not have, allowed: an interface or an"
                                + " address of this machine: ")
                        && line.contains("127.0.0.1"))
                .extracting(line -> line.substring(0, line.indexOf(", which")))
                .containsExactly(
                        "/paths/localAddresses/1: found \"192.0.2.9\"",
                        "/paths/localAddresses/2: found \"no-such0\"",
                        "/paths/localAddresses/3: found \"300.1.1.1\"");
        assertThat(errors("{\"proxies\":[\"http://me:${secret.word}@proxy.example.com:3128\"]}"))
                .containsExactly("/paths/proxies/0: found ${secret.word}, allowed: a secret that \"secrets\" names");
        assertThat(errors("{\"hosts\":[]}")).hasSize(1).first().asString().contains("/paths/hosts", "an unknown key");
    }

    @Test
    void shouldTakePathsInTurnSoThatNeighboursDiffer() {
        WsConnectionConfig config = WsConnectionConfig.of("wss://a.example.com/")
                .withFurtherUrls(List.of("wss://b.example.com/"))
                .withPaths(new PathsConfig(
                        PathsConfig.ALL,
                        List.of("10.0.0.1", "10.0.0.2"),
                        List.of(Proxy.parse("http://p:1"), Proxy.parse("http://q:1")),
                        List.of("b.example.com")));
        List<ConnectTarget> targets = ConnectTarget.of(config);
        assertThat(targets).doesNotHaveDuplicates().hasSize(4 + 2);
        assertThat(targets.subList(0, 4))
                .extracting(ConnectTarget::host)
                .containsExactly(
                        "a.example.com through http://p:1",
                        "b.example.com from 10.0.0.2",
                        "a.example.com through http://q:1",
                        "b.example.com from 10.0.0.1");
        assertThat(config.ofTurn(7).path()).isEqualTo(targets.get(1).path());
    }

    @Test
    void shouldCountLimitsForEachLocalAddressAndProxy() {
        Limit venue = new Limit(Limit.What.CONNECTS, 1, 1_000, Limit.Scope.VENUE);
        assertThat(new ConnectTarget("wss://a.example.com:9443/", PathConfig.ANY).place(venue))
                .isEqualTo("*.example.com");
        assertThat(new ConnectTarget("wss://a.example.com/", new PathConfig(null, "eth1", null)).place(venue))
                .isEqualTo("*.example.com from eth1");
        Proxy proxy = Proxy.parse("http://me:hush@p:1");
        assertThat(new ConnectTarget("wss://a.example.com/", new PathConfig(null, "eth1", proxy)).place(venue))
                .isEqualTo("*.example.com through http://p:1");
    }

    @Test
    void shouldNeverShowTheLoginOfAProxy() {
        FeedConfig feed = FeedConfig.fromJson(new JsonObject()
                .put("name", "f")
                .put("url", "wss://a.example.com/")
                .put("paths", new JsonObject().put("proxies", List.of("http://me:hush@p:1"))));
        assertThat(feed.toString()).contains("http://p:1").doesNotContain("hush");
        assertThat(feed.pool().connection().ofTurn(0).toString()).doesNotContain("hush");
        assertThat(Errors.of(() -> Proxy.parse("http://me:hush@p"))).noneMatch(line -> line.contains("hush"));
        assertThat(catchThrowable(() -> Proxy.parse("me:hush@p:1")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageNotContaining("hush");
    }
}
