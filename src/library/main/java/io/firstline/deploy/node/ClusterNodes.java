package io.firstline.deploy.node;

import io.firstline.bus.Addresses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What each node of a cluster does for each feed. */
public final class ClusterNodes {
    private static final long ANSWER_MS = 1_000;

    private ClusterNodes() {}

    /**
     * Asks all nodes that this one hears, on the caller's event loop; costs one message a node.
     *
     * @return {@code {"node": "10.0.0.1:5701", "nodes": {"10.0.0.1:5701": {"majority": true, "present": […],
     *     "members": […], "feeds": {"btc": {…}}}}}}; a node that does not answer within a second has an {@code error}.
     *     A node that is not a member has no {@code nodes}
     */
    public static Future<JsonObject> ask(Vertx vertx) {
        ClusterFacts facts = ClusterFacts.of(vertx);
        DeliveryOptions soon = new DeliveryOptions().setSendTimeout(ANSWER_MS);
        List<Future<JsonObject>> answers = facts.present().stream()
                .map(member -> vertx.eventBus()
                        .<JsonObject>request(Addresses.NODE + member, new JsonObject().put("do", "status"), soon)
                        .map(Message::body)
                        .otherwise(e -> new JsonObject().put(StatusKeys.ERROR, e.getMessage()))
                        .map(answer -> answer.put(StatusKeys.NODE, member)))
                .toList();
        return Future.all(answers).map(all -> {
            JsonObject nodes = new JsonObject();
            answers.forEach(answer -> nodes.put(answer.result().getString(StatusKeys.NODE), answer.result()));
            return new JsonObject().put(StatusKeys.NODE, facts.node()).put(StatusKeys.NODES, nodes);
        });
    }
}
