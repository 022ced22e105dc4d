package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firstline.config.cluster.LeaseConfig;
import io.firstline.testkit.Await;
import io.firstline.testkit.EtcdProcess;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Requests to a real etcd that asks for a user and a password, behind a URL at which nothing listens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdClientTest {
    private static final String PASSWORD = "correct horse";
    private static final String PREFIX = "/firstline/east/";
    private static final long TIMEOUT_MS = 5_000;

    private final Vertx vertx = Vertx.vertx();
    private final EtcdText text = new EtcdText(PREFIX, 600);
    private EtcdProcess etcd;

    @BeforeAll
    void open(@TempDir Path folder) {
        assumeTrue(EtcdProcess.isInstalled(), EtcdProcess.missing());
        etcd = EtcdProcess.start(1, folder).get(0);
        EtcdClient anyone = new EtcdClient(vertx, LeaseConfig.of(List.of(etcd.url())), TIMEOUT_MS);
        JsonObject everything = new JsonObject()
                .put("permType", "READWRITE")
                .put("key", encoded("/firstline/"))
                .put("range_end", encoded("/firstline0"));
        JsonObject root = new JsonObject().put("name", "root").put("password", "root");
        JsonObject node = new JsonObject().put("name", "node").put("password", PASSWORD);
        JsonObject role = new JsonObject().put("name", "feeds");
        Await.result(anyone.ask("/v3/auth/user/add", root)
                .compose(v -> anyone.ask(
                        "/v3/auth/user/grant",
                        new JsonObject().put("user", "root").put("role", "root")))
                .compose(v -> anyone.ask("/v3/auth/user/add", node))
                .compose(v -> anyone.ask("/v3/auth/role/add", role))
                .compose(v -> anyone.ask(
                        "/v3/auth/role/grant",
                        new JsonObject().put("name", "feeds").put("perm", everything)))
                .compose(v -> anyone.ask(
                        "/v3/auth/user/grant",
                        new JsonObject().put("user", "node").put("role", "feeds")))
                .compose(v -> anyone.ask("/v3/auth/enable", new JsonObject())));
    }

    @AfterAll
    void close() {
        if (etcd != null) {
            etcd.close();
        }
        Await.result(vertx.close());
    }

    private static String encoded(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private EtcdClient client(String user, String password, String... urls) {
        return new EtcdClient(
                vertx, new LeaseConfig(List.of(urls), "/firstline/", user, password, null, null), TIMEOUT_MS);
    }

    private Optional<LeaseRound.Answer> ask(EtcdClient client, LeaseRound round) {
        return Await.result(
                client.ask("/v3/kv/txn", text.request(round)).map(json -> text.answer(round.number(), json)));
    }

    private LeaseRound.Answer ask(EtcdClient client, String holder, String reported, LeaseRound.Change... changes) {
        return ask(client, new LeaseRound(1, holder, reported, List.of(changes)))
                .orElseThrow();
    }

    private static LeaseRecord record(String node, int epoch, String version) {
        return new LeaseRecord(node, "r", epoch, false, 600, version);
    }

    @Test
    void shouldChangeARecordOnlyIfNothingElseHasChanged() {
        EtcdClient client = client("node", PASSWORD, etcd.url());
        LeaseRound.Answer begun = ask(client, "a:1/r", "", new LeaseRound.Begin("f"));
        String unowned = begun.feeds().get("f").version();
        assertThat(begun.feeds().get("f")).isEqualTo(LeaseRecord.none(begun.reported()));

        LeaseRound.Answer won =
                ask(client, "a:1/r", begun.reported(), new LeaseRound.Put("f", record("a:1", 7, unowned), null, ""));
        LeaseRecord written = won.feeds().get("f");
        assertThat(written).isEqualTo(record("a:1", 7, won.reported()));
        assertThat(won.reports()).containsEntry("a:1/r", won.reported());

        String reported = ask(client, "b:1/r", "", new LeaseRound.Begin("f")).reported();
        LeaseRound.Answer tooLate =
                ask(client, "b:1/r", reported, new LeaseRound.Put("f", record("b:1", 8, unowned), null, ""));
        assertThat(tooLate.feeds().get("f")).as("the record has changed").isEqualTo(written);

        LeaseRecord next = record("b:1", 8, written.version());
        LeaseRound.Answer early = ask(client, "b:1/r", reported, new LeaseRound.Put("f", next, "a:1/r", "1"));
        assertThat(early.feeds().get("f")).as("its owner has reported since").isEqualTo(written);

        LeaseRound.Answer taken =
                ask(client, "b:1/r", reported, new LeaseRound.Put("f", next, "a:1/r", won.reported()));
        assertThat(taken.feeds().get("f").node()).isEqualTo("b:1");

        LeaseRound.Answer forgotten = ask(client, "b:1/r", reported, new LeaseRound.Forget("a:1/r", won.reported()));
        assertThat(forgotten.reports()).containsKey("b:1/r").doesNotContainKey("a:1/r");
    }

    /** A run ends when its report is missing, or older than it was. */
    @Test
    void shouldDoNothingForARunThatHasEnded() {
        EtcdClient client = client("node", PASSWORD, etcd.url());
        List<LeaseRound.Change> begin = List.of(new LeaseRound.Begin("g"));

        assertThat(ask(client, new LeaseRound(1, "c:1/r", "3", begin))).isEmpty();
        LeaseRound.Answer begun = ask(client, "c:1/r", "");
        assertThat(begun.feeds()).doesNotContainKey("g");
        assertThat(ask(client, new LeaseRound(1, "c:1/r", "", begin)))
                .as("again")
                .isEmpty();
        String later = Long.toString(Long.parseLong(begun.reported()) + 1);
        assertThat(ask(client, new LeaseRound(2, "c:1/r", later, begin)))
                .as("restored from a backup")
                .isEmpty();
        assertThat(ask(client, "c:1/r", begun.reported(), new LeaseRound.Begin("g"))
                        .feeds())
                .containsKey("g");
    }

    @Test
    void shouldSkipAMemberThatIsDownAndAuthenticateAgain() {
        EtcdClient client = client("node", PASSWORD, "http://127.0.0.1:1", etcd.url());
        JsonObject request = text.reportsRequest();

        assertThatThrownBy(() -> Await.result(client.ask("/v3/kv/range", request)))
                .hasMessageContaining("http://127.0.0.1:1: ");
        Await.result(client.ask("/v3/kv/range", request));
        assertThatThrownBy(() -> Await.result(client.ask("/v3/no-such-path", request)))
                .hasMessageContaining("HTTP 404");
        assertThatThrownBy(() -> Await.result(client.ask("/v3/kv/range", request)))
                .hasMessageContaining("http://127.0.0.1:1: ");

        Await.result(client.ask("/v3/kv/range", request));
    }

    @Test
    void shouldReportARefusalWithoutTheSecret() {
        JsonObject request = text.reportsRequest();
        assertThatThrownBy(
                        () -> Await.result(client("node", "wrong", etcd.url()).ask("/v3/kv/range", request)))
                .hasMessageContaining(etcd.url() + ": HTTP 400, \"etcdserver: authentication failed")
                .hasMessageNotContaining("wrong");
        assertThatThrownBy(() -> Await.result(client(null, null, etcd.url()).ask("/v3/kv/range", request)))
                .hasMessageContaining("user name is empty");
        assertThatThrownBy(() -> text.answer(1, new JsonObject())).isInstanceOf(IllegalArgumentException.class);
    }
}
