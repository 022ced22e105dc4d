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
import java.util.Map;
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
        return new EtcdClient(vertx, new LeaseConfig(List.of(urls), "/firstline/", user, password, null), TIMEOUT_MS);
    }

    private EtcdRound.Answer ask(EtcdClient client, EtcdRound round) {
        return Await.result(
                client.ask("/v3/kv/txn", text.request(round)).map(json -> text.answer(round.number(), json)));
    }

    @Test
    void shouldChangeARecordOnlyIfNothingElseHasChanged() {
        EtcdClient client = client("node", PASSWORD, etcd.url());
        EtcdRecord mine = new EtcdRecord("a:1", "r", 7, false, 600, 0);

        EtcdRound.Answer won = ask(client, new EtcdRound(1, "a:1/r", List.of(new EtcdRound.Put("f", mine, null, 0))));
        EtcdRecord written = won.feeds().get("f");
        assertThat(written).isEqualTo(new EtcdRecord("a:1", "r", 7, false, 600, won.revision()));
        assertThat(won.reports()).isEqualTo(Map.of("a:1/r", won.revision()));

        EtcdRecord theirs = new EtcdRecord("b:1", "s", 8, false, 600, 0);
        EtcdRound.Answer tooLate =
                ask(client, new EtcdRound(2, "b:1/s", List.of(new EtcdRound.Put("f", theirs, null, 0))));
        assertThat(tooLate.feeds().get("f")).as("the record exists").isEqualTo(written);

        EtcdRecord next = new EtcdRecord("b:1", "s", 8, false, 600, written.revision());
        EtcdRound.Answer reported =
                ask(client, new EtcdRound(3, "b:1/s", List.of(new EtcdRound.Put("f", next, "a:1/r", 1))));
        assertThat(reported.feeds().get("f")).as("its owner has reported since").isEqualTo(written);

        EtcdRound.Answer taken =
                ask(client, new EtcdRound(4, "b:1/s", List.of(new EtcdRound.Put("f", next, "a:1/r", won.revision()))));
        assertThat(taken.feeds().get("f").node()).isEqualTo("b:1");

        EtcdRound.Answer forgotten =
                ask(client, new EtcdRound(5, "b:1/s", List.of(new EtcdRound.Forget("a:1/r", won.revision()))));
        assertThat(forgotten.reports()).containsOnlyKeys("b:1/s");
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
