package io.firstline.bench;

import io.vertx.core.json.JsonObject;

/** Who does what it is told and answers: in this process, or, as a {@link ChildProcess}, in another. */
interface Peer extends AutoCloseable {
    /** Blocks until the answer is there; throws {@link IllegalStateException} if it could not be done. */
    JsonObject ask(JsonObject request);

    /** Asks without anything more to say than what is to be done. */
    default JsonObject ask(String what) {
        return ask(new JsonObject().put("do", what));
    }

    @Override
    void close();
}
