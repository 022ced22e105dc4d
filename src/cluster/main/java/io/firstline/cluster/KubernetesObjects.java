package io.firstline.cluster;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** The objects of kind {@code Lease} (coordination.k8s.io/v1) in one namespace of Kubernetes. */
interface KubernetesObjects {
    /**
     * The answer of the API server.
     *
     * @param status of HTTP
     * @param body empty if there is none
     */
    record Reply(int status, JsonObject body) {
        boolean isDone() {
            return status / 100 == 2;
        }
    }

    /**
     * Sends a request.
     *
     * @param method of HTTP
     * @param rest what follows {@code /leases} in the path, such as {@code /name} or {@code ?labelSelector=a%3Db}
     * @param body null = none
     * @return fails only if there is no answer
     */
    Future<Reply> send(String method, String rest, JsonObject body);

    /** Ends pending requests. */
    void close();
}
