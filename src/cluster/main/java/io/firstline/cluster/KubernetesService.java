package io.firstline.cluster;

import io.firstline.config.check.ProblemText;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Records and reports in objects of Kubernetes, which has no transactions. A round is a sequence of requests, each of
 * which changes one object in a known version: the report of this node, the changes, the list of all objects.
 *
 * <p>A transaction of etcd replaces an owner's record only if the owner has not reported since. Here the node first
 * replaces the owner's report, in the version that it has seen, by one that says that the run has ended; this fails if
 * the owner has reported since. Then it replaces the record. A run that has ended never reports again, so the owner
 * cannot renew a lease between the two requests.
 *
 * <p>Single-threaded.
 */
final class KubernetesService implements LeaseService {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final String GET = "GET";
    private static final String POST = "POST";
    private static final String PUT = "PUT";

    private final KubernetesObjects objects;
    private final KubernetesText text;
    private final Clock clock;

    /** The last known version of this node's report; empty = it has none. */
    private String reported = "";
    /** The round that has written it. */
    private long reportedRound;

    private LeaseRound latest;

    KubernetesService(KubernetesObjects objects, String cluster, int leaseMs) {
        this(objects, cluster, leaseMs, Clock.systemUTC());
    }

    /** The same with another clock, which is only shown to operators. */
    KubernetesService(KubernetesObjects objects, String cluster, int leaseMs, Clock clock) {
        this.objects = objects;
        this.text = new KubernetesText(cluster, leaseMs);
        this.clock = clock;
    }

    @Override
    public Future<Optional<LeaseRound.Answer>> carryOut(LeaseRound round) {
        latest = round;
        // a node that may not list the objects must not make one
        return (round.isFirst() ? list().compose(v -> begin(round)) : report(round))
                .compose(isThere -> isThere ? changes(round).compose(v -> answer(round)) : ended());
    }

    private static Future<Optional<LeaseRound.Answer>> ended() {
        return Future.succeededFuture(Optional.empty());
    }

    @Override
    public Future<Collection<String>> holders() {
        return list().map(list -> text.answer(0, "", list).reports().keySet());
    }

    @Override
    public void close() {
        objects.close();
    }

    // the report; returns whether the run can report

    private Future<Boolean> begin(LeaseRound round) {
        reportedRound = 0;
        return send(round, POST, "", text.report(round.holder(), "", round.number(), clock.instant()))
                .compose(reply -> reply.status() == CONFLICT ? no() : reported(round, reply));
    }

    private Future<Boolean> report(LeaseRound round) {
        String name = "/" + text.reportName(round.holder());
        return send(round, PUT, name, text.report(round.holder(), reported, round.number(), clock.instant()))
                .compose(reply -> reply.status() == CONFLICT || reply.status() == NOT_FOUND
                        ? lookUp(round, name)
                        : reported(round, reply));
    }

    /** Another node has ended the run, the report is lost or old, or the answer to an earlier round was lost. */
    private Future<Boolean> lookUp(LeaseRound round, String name) {
        return send(round, GET, name, null).compose(reply -> {
            boolean isOld = reply.isDone() && KubernetesText.round(reply.body()) < reportedRound;
            if (isOld || reply.status() == NOT_FOUND) {
                return no();
            }
            return reported(round, reply).compose(v -> Future.failedFuture("an earlier report had no answer"));
        });
    }

    private static Future<Boolean> no() {
        return Future.succeededFuture(false);
    }

    private Future<Boolean> reported(LeaseRound round, KubernetesObjects.Reply reply) {
        if (!reply.isDone()) {
            return refused(reply);
        }
        if (round.holder().equals(latest.holder())) {
            reported = KubernetesText.version(reply.body());
            reportedRound = Math.max(reportedRound, KubernetesText.round(reply.body()));
        }
        return Future.succeededFuture(true);
    }

    // changes

    private Future<Void> changes(LeaseRound round) {
        Map<String, Future<Boolean>> ends = new HashMap<>();
        List<Future<Void>> all = round.changes().stream()
                .map(change -> change(round, change, ends))
                .toList();
        return Future.all(all).mapEmpty();
    }

    private Future<Void> change(LeaseRound round, LeaseRound.Change change, Map<String, Future<Boolean>> ends) {
        if (change instanceof LeaseRound.Begin begin) {
            return write(round, POST, "", text.unowned(begin.feed())).mapEmpty();
        } else if (change instanceof LeaseRound.Forget forget) {
            return write(
                            round,
                            "DELETE",
                            "/" + text.reportName(forget.holder()),
                            KubernetesText.ifVersion(forget.version()))
                    .mapEmpty();
        }
        LeaseRound.Put put = (LeaseRound.Put) change;
        Future<Boolean> free = put.lost() == null || put.lostVersion().isEmpty()
                ? Future.succeededFuture(true)
                : ends.computeIfAbsent(put.lost(), lost -> end(round, lost, put.lostVersion()));
        JsonObject record = text.record(put.feed(), put.record(), clock.instant());
        return free.compose(isFree -> isFree
                ? write(round, PUT, "/" + text.recordName(put.feed()), record).mapEmpty()
                : Future.succeededFuture());
    }

    /** Ends a run that has not reported since a version. */
    private Future<Boolean> end(LeaseRound round, String run, String version) {
        return write(round, PUT, "/" + text.reportName(run), text.end(run, version, clock.instant()));
    }

    /** Returns false if another node has changed the object. */
    private Future<Boolean> write(LeaseRound round, String method, String rest, JsonObject body) {
        return send(round, method, rest, body)
                .compose(reply -> reply.isDone() || reply.status() == CONFLICT || reply.status() == NOT_FOUND
                        ? Future.succeededFuture(reply.isDone())
                        : refused(reply));
    }

    // all objects

    private Future<Optional<LeaseRound.Answer>> answer(LeaseRound round) {
        String version = reported;
        return list().map(list -> Optional.of(text.answer(round.number(), version, list)));
    }

    private Future<JsonObject> list() {
        return objects.send(GET, text.query(), null)
                .compose(reply -> reply.isDone() ? Future.succeededFuture(reply.body()) : refused(reply));
    }

    /** Sends a request of a round, unless another one has begun. */
    private Future<KubernetesObjects.Reply> send(LeaseRound round, String method, String rest, JsonObject body) {
        return round.number() == latest.number()
                ? objects.send(method, rest, body)
                : Future.failedFuture("another round has begun");
    }

    private static <T> Future<T> refused(KubernetesObjects.Reply reply) {
        return Future.failedFuture("HTTP " + reply.status() + ", "
                + ProblemText.quoted(String.valueOf(reply.body().getValue("message", ""))));
    }
}
