package io.firstline.cluster;

import io.firstline.testkit.Await;
import io.firstline.testkit.Tls;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An API server of Kubernetes on 127.0.0.1 that knows only objects of kind {@code Lease} in the namespace
 * {@code east}, with the folder of a service account. May be called on any thread.
 */
final class KubernetesServer {
    private static final String PATH = "/apis/coordination.k8s.io/v1/namespaces/east/leases";

    private final Vertx vertx;
    private final Path folder;
    private final HttpServerOptions options;
    private final SimulatedKubernetes objects = new SimulatedKubernetes();
    private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();

    private volatile String token = "";
    private HttpServer server;

    /**
     * What happens to the next request.
     *
     * @param status the answer, instead of what the objects say; 0 = none, after what the objects say is done
     * @param delayMs the answer is this late
     */
    private record Fault(int status, long delayMs) {}

    /** Starts at a free port. */
    KubernetesServer(Vertx vertx, Path folder) {
        this.vertx = vertx;
        this.folder = folder;
        Tls tls = Tls.selfSigned(folder, "ip:127.0.0.1");
        this.options = new HttpServerOptions()
                .setSsl(true)
                .setKeyCertOptions(
                        new PemKeyCertOptions().addCertPath(tls.certificate()).addKeyPath(tls.key()));
        try {
            Files.copy(Path.of(tls.certificate()), folder.resolve("ca.crt"));
            Files.writeString(folder.resolve("namespace"), "east\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        accept("first");
        mount("first");
        start(0);
    }

    private void start(int port) {
        server = Await.result(
                vertx.createHttpServer(options).requestHandler(this::requested).listen(port, "127.0.0.1"));
    }

    /** Refuses connections while an action runs. */
    void without(Runnable action) {
        int port = server.actualPort();
        Await.result(server.close());
        try {
            action.run();
        } finally {
            start(port);
        }
    }

    int port() {
        return server.actualPort();
    }

    Path serviceAccount() {
        return folder;
    }

    /** Accepts only this token from now on. */
    void accept(String next) {
        token = next;
    }

    /** Writes the token into the folder of the service account. */
    void mount(String next) {
        try {
            Files.writeString(folder.resolve("token"), next + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers the next request with this status. */
    void fail(int status) {
        faults.add(new Fault(status, 0));
    }

    /** Carries the next request out, and does not answer. */
    void hang() {
        faults.add(new Fault(0, 0));
    }

    /** Carries the next request out, and answers late. */
    void delay(long delayMs) {
        faults.add(new Fault(200, delayMs));
    }

    private void requested(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            Fault fault = faults.poll();
            KubernetesObjects.Reply reply;
            if (fault != null && fault.status() >= 400) {
                reply = status(fault.status(), "as the test wants");
            } else if (!("Bearer " + token).equals(request.getHeader("Authorization"))) {
                reply = status(401, "Unauthorized");
            } else if (!request.uri().startsWith(PATH)) {
                reply = status(403, "leases is forbidden");
            } else {
                JsonObject json = body.length() == 0 ? null : new JsonObject(body);
                synchronized (objects) {
                    reply = objects.handle(
                            request.method().name(), request.uri().substring(PATH.length()), json);
                }
            }
            if (fault == null || fault.status() >= 400) {
                request.response()
                        .setStatusCode(reply.status())
                        .end(reply.body().toBuffer());
            } else if (fault.status() != 0) {
                vertx.setTimer(fault.delayMs(), t -> request.response()
                        .setStatusCode(reply.status())
                        .end(reply.body().toBuffer()));
            }
        });
    }

    private static KubernetesObjects.Reply status(int code, String message) {
        return new KubernetesObjects.Reply(
                code, new JsonObject().put("kind", "Status").put("code", code).put("message", message));
    }
}
