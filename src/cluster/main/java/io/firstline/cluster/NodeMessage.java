package io.firstline.cluster;

import io.vertx.core.json.JsonObject;

/** A message between members. */
sealed interface NodeMessage permits NodeHeartbeat, NodeHeartbeat.Votes {
    /** Returns the sender. */
    String from();

    JsonObject toJson();

    /** Reads a message of another node; throws {@link IllegalArgumentException} if it is invalid. */
    static NodeMessage of(JsonObject json) {
        return NodeHeartbeat.Votes.is(json) ? NodeHeartbeat.Votes.of(json) : NodeHeartbeat.of(json);
    }
}
