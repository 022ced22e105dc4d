package io.firstline.bench;

import io.vertx.core.json.JsonObject;

/** Performs requests and answers them, in this process or, as a {@link ChildProcess}, in another one. */
interface Participant extends AutoCloseable {
    /** Blocks until the answer; throws {@link IllegalStateException} on failure. */
    JsonObject ask(JsonObject request);

    /** Sends a request without parameters. */
    default JsonObject ask(String what) {
        return ask(new JsonObject().put("do", what));
    }

    @Override
    void close();
}
