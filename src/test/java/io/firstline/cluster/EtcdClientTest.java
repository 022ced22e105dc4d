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
        return new EtcdClient(vertx, new LeaseConfig(List.of(urls), "/firstline/", user, password, null), TIMEOUT_MS);
    }

    private Optional<EtcdRound.Answer> ask(EtcdClient client, EtcdRound round) {
        return Await.result(
                client.ask("/v3/kv/txn", text.request(round)).map(json -> text.answer(round.number(), json)));
    }

    private EtcdRound.Answer ask(EtcdClient client, String holder, long reported, EtcdRound.Change... changes) {
        return ask(client, new EtcdRound(1, holder, reported, List.of(changes))).orElseThrow();
    }

    @Test
    void shouldChangeARecordOnlyIfNothingElseHasChanged() {
        EtcdClient client = client("node", PASSWORD, etcd.url());
        EtcdRecord mine = new EtcdRecord("a:1", "r", 7, false, 600, 0);

        EtcdRound.Answer won = ask(client, "a:1/r", 0, new EtcdRound.Put("f", mine, null, 0));
        EtcdRecord written = won.feeds().get("f");
        assertThat(written).isEqualTo(new EtcdRecord("a:1", "r", 7, false, 600, won.revision()));
        assertThat(won.reports()).containsEntry("a:1/r", won.revision());

        EtcdRecord theirs = new EtcdRecord("b:1", "s", 8, false, 600, 0);
        EtcdRound.Answer tooLate = ask(client, "b:1/s", 0, new EtcdRound.Put("f", theirs, null, 0));
        assertThat(tooLate.feeds().get("f")).as("the record exists").isEqualTo(written);

        long reported = tooLate.revision();
        EtcdRecord next = new EtcdRecord("b:1", "s", 8, false, 600, written.revision());
        EtcdRound.Answer early = ask(client, "b:1/s", reported, new EtcdRound.Put("f", next, "a:1/r", 1));
        assertThat(early.feeds().get("f")).as("its owner has reported since").isEqualTo(written);

        EtcdRound.Answer taken = ask(client, "b:1/s", reported, new EtcdRound.Put("f", next, "a:1/r", won.revision()));
        assertThat(taken.feeds().get("f").node()).isEqualTo("b:1");

        EtcdRound.Answer forgotten = ask(client, "b:1/s", reported, new EtcdRound.Forget("a:1/r", won.revision()));
        assertThat(forgotten.reports()).containsKey("b:1/s").doesNotContainKey("a:1/r");
    }

    /** A run ends when its report is missing, or older than it was. */
    @Test
    void shouldDoNothingForARunThatHasEnded() {
        EtcdClient client = client("node", PASSWORD, etcd.url());
        EtcdRound.Put claim = new EtcdRound.Put("g", new EtcdRecord("c:1", "r", 7, false, 600, 0), null, 0);

        assertThat(ask(client, new EtcdRound(1, "c:1/r", 3, List.of(claim)))).isEmpty();
        EtcdRound.Answer begun = ask(client, "c:1/r", 0);
        assertThat(begun.feeds()).doesNotContainKey("g");
        assertThat(ask(client, new EtcdRound(1, "c:1/r", 0, List.of())))
                .as("again")
                .isEmpty();
        assertThat(ask(client, new EtcdRound(2, "c:1/r", begun.revision() + 1, List.of(claim))))
                .as("restored from a backup")
                .isEmpty();
        assertThat(ask(client, "c:1/r", begun.revision(), claim).feeds()).containsKey("g");
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
