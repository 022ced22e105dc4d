package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.Program;
import io.firstline.testkit.NameServer;
import io.firstline.testkit.ProxyServer;
import io.firstline.testkit.UnevenServers;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code probe}: what each path to a server is worth. */
@Execution(ExecutionMode.CONCURRENT)
class ProbeCommandTest {
    private static final String HOST = "stream.example.com";
    private static final String FAST = "127.0.0.1";
    private static final String ITS_TWIN = "127.0.0.2";
    private static final String LATE = "127.0.0.3";
    private static final String LOSSY = "127.0.0.4";
    private static final String REFUSING = "127.0.0.5";
    private static final String DEAD = "127.0.0.6";

    /** A longer lag than the servers' own shows that this machine stalls. */
    private static final double QUIET_MS = 20;

    @TempDir
    Path folder;

    /** From 0 to this many milliseconds, by the number of the message and of the server. */
    private static double jitter(long message, int server, double most) {
        long mixed = (message * 31 + server) * 0x9E37_79B9_7F4A_7C15L;
        return (mixed >>> 40) / (double) (1 << 24) * most;
    }

    /** A server that is up to 12 ms late, now this much and now that. */
    private static LongToDoubleFunction server(int number, double leastMs) {
        return message -> leastMs + jitter(message, number, 12);
    }

    private Path config(UnevenServers servers, String more) throws IOException {
        return Files.writeString(
                folder.resolve("config.json"),
                "{\"feeds\": {\"f\": {\"allowPlaintext\": true, \"connectTimeoutMs\": 1000, \"url\": \"ws://" + HOST
                        + ":" + servers.port() + "/ws\"" + more + "}}}");
    }

    /** Runs the program with a name server; several loopback addresses have the host's name. */
    private Program program(NameServer names, String... args) throws IOException {
        Path resolvConf = Files.writeString(folder.resolve("resolv.conf"), names.resolvConf());
        Path hosts = Files.writeString(folder.resolve("hosts"), "");
        List<String> command = new ArrayList<>(Program.command(args));
        command.addAll(1, List.of("-Dfirstline.resolvConf=" + resolvConf, "-Dfirstline.hosts=" + hosts));
        return Program.start(command);
    }

    private static Map<String, JsonObject> byServer(JsonObject outcome) {
        Map<String, JsonObject> paths = new HashMap<>();
        outcome.getJsonArray("ranking").stream()
                .map(JsonObject.class::cast)
                .forEach(each -> paths.put(each.getJsonObject("path").getString("server"), each));
        return paths;
    }

    @Test
    void shouldRankTheAddressesOfAHostAndSayWhichToKeep() throws IOException, InterruptedException {
        try (UnevenServers servers = new UnevenServers(server(1, 0))
                        .at(ITS_TWIN, server(1, 0.05))
                        .at(LATE, server(2, 40))
                        .at(LOSSY, message -> message % 20 == 0 ? UnevenServers.NEVER : jitter(message, 3, 12))
                        .deadAt(DEAD);
                NameServer names = NameServer.start()) {
            names.addresses(Stream.of(FAST, ITS_TWIN, LATE, LOSSY, REFUSING, DEAD)
                    .map(ProbeCommandTest::address)
                    .toArray(InetAddress[]::new));
            servers.start();
            try (Program probe = program(names, "probe", config(servers, "").toString(), "--for=4s", "--json")) {
                assertThat(probe.exitCode()).as("%s", probe.err()).isZero();
                assertThat(probe.err().get(0)).isEqualTo("firstline: 6 paths, for 4 s");
                assertFindings(new JsonObject(probe.out().get(0)));
            }
        }
    }

    private static void assertFindings(JsonObject outcome) {
        String shown = outcome.encode();
        Map<String, JsonObject> paths = byServer(outcome);
        assertThat(paths.get(LATE).getDouble("lagP50Ms")).as(shown).isGreaterThan(20);
        assertThat(verdict(paths, LOSSY)).as(shown).isEqualTo("loses messages");
        assertThat((double) paths.get(LOSSY).getInteger("losses") / outcome.getInteger("compared"))
                .as(shown)
                .isBetween(0.03, 0.08);
        assertThat(paths.get(REFUSING).getString("lastFailure")).startsWith("refused (");
        assertThat(paths.get(DEAD).getString("lastFailure")).startsWith("upgrade-timeout (");
        assertThat(List.of(verdict(paths, REFUSING), verdict(paths, DEAD)))
                .containsExactly("does not open", "does not open");
        assertThat(outcome.getJsonArray("advice").stream().map(String::valueOf))
                .as(shown)
                .anySatisfy(said -> assertThat(said).contains("loses messages: "))
                .anySatisfy(said -> assertThat(said).contains("does not open: refused ("));
        if (Stream.of(FAST, ITS_TWIN).allMatch(each -> paths.get(each).getDouble("lagP99Ms") < QUIET_MS)) {
            assertComparison(outcome, paths); // otherwise the lags are those of a busy machine
        }
        JsonObject fast = paths.get(FAST);
        assertThat(List.of(
                        "dnsMs", "tcpMs", "upgradeMs", "pingP50Ms", "pingP99Ms", "firstDataMs", "lagP50Ms", "lagP99Ms"))
                .allSatisfy(key -> assertThat(fast.getDouble(key)).as(key).isNotNegative());
        assertThat(fast.getValue("tlsMs")).as("there was none").isNull();
    }

    private static void assertComparison(JsonObject outcome, Map<String, JsonObject> paths) {
        String shown = outcome.encode();
        assertThat(List.of(verdict(paths, FAST), verdict(paths, ITS_TWIN)))
                .as(shown)
                .containsExactlyInAnyOrder("keep", "shares a server");
        assertThat(verdict(paths, LATE)).as(shown).isEqualTo("slow");
        assertThat(outcome.getJsonArray("shared")).as(shown).hasSize(1);
        assertThat(outcome.getJsonArray("shared").getJsonObject(0).getJsonArray("places"))
                .as(shown)
                .containsExactlyInAnyOrder(
                        paths.get(FAST).getInteger("place"), paths.get(ITS_TWIN).getInteger("place"));
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String verdict(Map<String, JsonObject> paths, String server) {
        return paths.get(server).getString("verdict");
    }

    @Test
    void shouldProbeAsManyPathsAsTheBudgetAllows() throws IOException {
        try (UnevenServers servers =
                new UnevenServers(message -> 0).at(ITS_TWIN, message -> 0).start()) {
            Path config = Files.writeString(
                    folder.resolve("config.json"),
                    "{\"feeds\": {\"f\": {\"connectsPer5Min\": 2, \"url\": \"ws://127.0.0.1:" + servers.port()
                            + "/\"}}}");

            Cli cli = Cli.run(
                    "probe",
                    config.toString(),
                    "--for=100ms",
                    "--json",
                    "--address=" + FAST,
                    "--address=" + ITS_TWIN,
                    "--address=" + LATE);

            assertThat(cli.code()).as(cli.err()).isLessThan(2);
            assertThat(cli.err())
                    .contains(
                            "firstline: 3 paths, the configuration allows 2 connects in 5 minutes: 2 are probed, for 100 ms");
            JsonObject outcome = new JsonObject(cli.out());
            assertThat(List.of(
                            outcome.getInteger("paths"),
                            outcome.getInteger("probed"),
                            outcome.getJsonArray("ranking").size()))
                    .containsExactly(3, 2, 2);
            assertThat(outcome.getString("allowed")).isEqualTo("the configuration allows 2 connects in 5 minutes");
        }
    }

    @Test
    void shouldMeasureTheOnlyPathOfAUrl() {
        try (UnevenServers servers = new UnevenServers(message -> 0).start()) {
            Cli cli = Cli.run("probe", "ws://127.0.0.1:" + servers.port() + "/", "--for=2s");

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.out())
                    .contains("127.0.0.1:" + servers.port() + "/: 1 path; ", "keep 1, the only one that delivers\n");
        }
    }

    @Test
    void shouldGoThroughAProxyWhoseLoginIsASecret() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "p@ss w:rd");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        try (UnevenServers servers = new UnevenServers(message -> 0).start();
                ProxyServer proxy = ProxyServer.http("me:p@ss w:rd")) {
            Cli cli = Cli.run(
                    "probe",
                    "ws://127.0.0.1:" + servers.port() + "/",
                    "--proxy=" + proxy.url("me:${secret.word}"),
                    "--secret=word=${file:" + secret + "}",
                    "--for=500ms");

            assertThat(cli.code()).as(cli.err()).isZero();
            assertThat(cli.out()).contains("through " + proxy.url() + " ").doesNotContain("p@ss");
        }
    }

    @Test
    void shouldSayThatNoPathWorks() throws IOException {
        int nobody = RunCommandTest.freePort();

        Cli cli = Cli.run(
                "probe", "ws://127.0.0.1:" + nobody + "/", "--address=127.0.0.1", "--address=127.0.0.2", "--for=300ms");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.out())
                .contains("no path brought a message\n", "1 does not open: refused (", "2 does not open: refused (");
    }

    @Test
    void shouldNameBadInput() throws IOException {
        String url = "ws://127.0.0.1:1/";
        Cli.run("probe", url, "--address=here")
                .assertBadInput("--address: found here, allowed: an address of the host");
        Cli.run("probe", url, "--address=127.0.0.1", "--address=127.0.0.1")
                .assertBadInput("--address: found 127.0.0.1 twice, allowed: each address once");
        Cli.run("probe", url, "--local-address=203.0.113.9")
                .assertBadInput("--local-address: found \"203.0.113.9\", which this machine does not have, allowed:");
        Cli.run("probe", url, "--proxy=http://me:hush@127.0.0.1")
                .assertBadInput("--proxy: found", "without a port, allowed: http://[user:password@]host:port");
        Cli.run("probe", url, "--proxy=http://127.0.0.1:1", "--address=127.0.0.2")
                .assertBadInput("--address: found with proxies, which resolve the host, allowed: only without");
        Path two = Files.writeString(
                folder.resolve("two.json"),
                "{\"feeds\": {\"a\": {\"url\": \"" + url + "\"}, \"b\": {\"url\": \"" + url + "\"}}}");
        Cli.run("probe", two.toString())
                .assertBadInput("CONFIG: found 2 feeds, allowed: one; name it with --feed, one of [a, b]");
        Cli.run("probe", two.toString(), "--proxy=http://127.0.0.1:1")
                .assertBadInput("--local-address and --proxy: found with the configuration");
        Cli.run("probe", folder.resolve("none.json").toString()).assertBadInput("none.json");
    }
}
