package io.firstline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.cluster.LeaseConfig;
import io.firstline.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Rounds at an API server of Kubernetes; it is one of this project, no real one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubernetesServiceTest {
    private static final int LEASE_MS = 2_400;
    private static final long TIMEOUT_MS = 300;
    private static final String A = "a:1/run";
    private static final String B = "b:1/run";

    private final Vertx vertx = Vertx.vertx();
    private KubernetesServer server;

    @BeforeAll
    void open(@TempDir Path folder) {
        server = new KubernetesServer(vertx, folder);
        KubernetesService any = service("any", 5_000);
        Await.result(any.holders()); // the first handshake takes long
        any.close();
    }

    @AfterAll
    void close() {
        Await.result(vertx.close());
    }

    private KubernetesService service(String cluster) {
        return service(cluster, TIMEOUT_MS);
    }

    private KubernetesService service(String cluster, long timeoutMs) {
        LeaseConfig.Kubernetes config = new LeaseConfig.Kubernetes(
                "https://127.0.0.1:" + server.port(),
                null,
                server.serviceAccount().toString());
        return new KubernetesService(new KubernetesClient(vertx, config, timeoutMs), cluster, LEASE_MS);
    }

    private static LeaseRound.Answer begin(KubernetesService service, String holder) {
        return Await.result(service.carryOut(new LeaseRound(1, holder, "", List.of())))
                .orElseThrow();
    }

    private static Optional<LeaseRound.Answer> next(
            KubernetesService service, long number, String holder, LeaseRound.Change... changes) {
        return Await.result(service.carryOut(new LeaseRound(number, holder, "reported", List.of(changes))));
    }

    private static LeaseRound.Answer round(
            KubernetesService service, long number, String holder, LeaseRound.Change... changes) {
        return next(service, number, holder, changes).orElseThrow();
    }

    private static String failure(KubernetesService service, long number) {
        return Await.failure(service.carryOut(new LeaseRound(number, A, "reported", List.of())))
                .getMessage();
    }

    private static LeaseRecord record(String node, int epoch, String version) {
        return new LeaseRecord(node, "run", epoch, false, LEASE_MS, version);
    }

    @Test
    void shouldReplaceARecordOnlyIfItsOwnerHasNotReportedSince() {
        KubernetesService a = service("Records_");
        KubernetesService b = service("Records_");
        begin(a, A);
        begin(b, B);

        LeaseRecord unowned =
                round(a, 2, A, new LeaseRound.Begin("Btc_1")).feeds().get("Btc_1");
        assertThat(unowned).isEqualTo(LeaseRecord.none(unowned.version()));
        LeaseRound.Answer won =
                round(a, 3, A, new LeaseRound.Put("Btc_1", record("a:1", 7, unowned.version()), null, ""));
        LeaseRecord written = won.feeds().get("Btc_1");
        assertThat(written).isEqualTo(record("a:1", 7, written.version()));
        assertThat(won.reports()).containsOnlyKeys(A, B).containsEntry(A, won.reported());

        LeaseRound.Put late = new LeaseRound.Put("Btc_1", record("b:1", 8, unowned.version()), null, "");
        assertThat(round(b, 2, B, new LeaseRound.Begin("Btc_1"), late).feeds())
                .as("another node was faster")
                .isEqualTo(Map.of("Btc_1", written));

        round(a, 4, A);
        LeaseRound.Put takeOver = new LeaseRound.Put("Btc_1", record("b:1", 8, written.version()), A, won.reported());
        LeaseRound.Answer early = round(b, 3, B, takeOver);
        assertThat(early.feeds()).as("its owner has reported since").isEqualTo(Map.of("Btc_1", written));

        String last = early.reports().get(A);
        LeaseRound.Answer taken =
                round(b, 4, B, new LeaseRound.Put("Btc_1", record("b:1", 8, written.version()), A, last));
        assertThat(taken.feeds().get("Btc_1").node()).isEqualTo("b:1");
        assertThat(taken.ended()).containsExactly(A);
        assertThat(next(a, 5, A)).as("it cannot renew its lease").isEmpty();

        LeaseRound.Answer forgotten =
                round(b, 5, B, new LeaseRound.Forget(A, taken.reports().get(A)));
        assertThat(forgotten.reports()).containsOnlyKeys(B);
        assertThat(next(a, 6, A))
                .as("a report that is missing is not made again")
                .isEmpty();
        assertThat(begin(a, "a:1/other run").reports()).containsOnlyKeys(B, "a:1/other run");
        assertThat(Await.result(service("another").holders())).isEmpty();
    }

    /** An object that was deleted and made again is another one, even at an equal resourceVersion. */
    @Test
    void shouldReplaceOnlyTheRecordThatItHasRead() {
        KubernetesService a = service("lost");
        begin(a, A);
        String read = round(a, 2, A, new LeaseRound.Begin("f")).feeds().get("f").version();
        String other = "another-uid" + read.substring(read.indexOf('/'));

        LeaseRound.Answer answer = round(
                a,
                3,
                A,
                new LeaseRound.Put("f", record("a:1", 7, other), null, ""),
                new LeaseRound.Put("missing", record("a:1", 7, other), null, ""),
                new LeaseRound.Forget(A, other));

        assertThat(answer.feeds()).isEqualTo(Map.of("f", LeaseRecord.none(read)));
        assertThat(answer.reports()).containsOnlyKeys(A);
    }

    @Test
    void shouldReadItsTokenAgain() {
        KubernetesService service = service("token");
        begin(service, A);

        server.accept("second");
        assertThat(failure(service, 2)).isEqualTo("HTTP 401, \"Unauthorized\"");
        server.mount("second");
        round(service, 3, A);
    }

    @Test
    void shouldReportAFailureAndContinue() {
        KubernetesService service = service("failures");
        String reported = begin(service, A).reported();
        for (int status : new int[] {403, 410, 429, 500, 503}) {
            server.fail(status);
            assertThat(failure(service, 2)).isEqualTo("HTTP " + status + ", \"as the test wants\"");
        }
        server.fail(404); // it may be lost, but is not
        assertThat(failure(service, 2)).isEqualTo("an earlier report had no answer");
        server.hang(); // its report was written
        assertThat(failure(service, 3))
                .isEqualTo("https://127.0.0.1:" + server.port() + ": no answer within " + TIMEOUT_MS + " ms");
        assertThat(failure(service, 4)).isEqualTo("an earlier report had no answer");
        server.delay(100);
        LeaseRound.Answer late = round(service, 5, A);
        assertThat(late.reports()).isEqualTo(Map.of(A, late.reported()));
        assertThat(late.reported()).isNotEqualTo(reported);

        server.without(() -> {
            failure(service, 6); // on a connection that is being closed
            assertThat(failure(service, 6)).contains("Connection refused");
        });
        Await.until(
                "it continues",
                () -> Await.result(service.carryOut(new LeaseRound(7, A, "reported", List.of()))
                        .map(Optional::isPresent)
                        .otherwise(false)));
    }

    /** A round that is too late changes nothing more, because the node may have begun another run since. */
    @Test
    void shouldNotContinueARoundAfterTheNextHasBegun() {
        KubernetesService service = service("late");
        begin(service, A);

        server.delay(100);
        var late = service.carryOut(new LeaseRound(2, A, "reported", List.of(new LeaseRound.Begin("f"))));
        begin(service, "a:1/next");

        assertThat(Await.failure(late)).hasMessage("another round has begun");
        assertThat(round(service, 4, "a:1/next").feeds()).isEmpty();
    }

    /** Somebody else may write into the namespace. */
    @Test
    void shouldIgnoreWhatNoNodeHasWritten() {
        KubernetesText text = new KubernetesText("c", LEASE_MS);
        JsonObject record = text.record("f", record("a:1", 7, "u/5"), Instant.EPOCH);
        JsonObject broken = record.copy();
        broken.getJsonObject("metadata").getJsonObject("annotations").put("firstline/feed", "g");
        broken.getJsonObject("spec").put("leaseTransitions", -1);
        JsonObject foreign = new JsonObject()
                .put("metadata", new JsonObject().put("uid", "v").put("resourceVersion", "6"));
        JsonArray items = new JsonArray().add(record).add(broken).add(foreign).add("x");

        LeaseRound.Answer answer = text.answer(1, "w/8", new JsonObject().put("items", items));

        assertThat(answer.reported()).isEqualTo("w/8");
        assertThat(answer.feeds()).isEqualTo(Map.of("f", record("a:1", 7, "u/5"), "g", LeaseRecord.none("u/5")));
        assertThat(answer.reports()).isEmpty();
        assertThatThrownBy(() -> text.answer(1, "w/8", new JsonObject())).hasMessage("no list of leases");
        assertThatThrownBy(() -> KubernetesText.version(new JsonObject())).isInstanceOf(IllegalArgumentException.class);
    }
}
