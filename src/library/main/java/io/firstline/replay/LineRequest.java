package io.firstline.replay;

import io.firstline.bus.Addresses;
import io.vertx.core.json.JsonObject;

/**
 * A request of a subscription.
 *
 * @param line the line whose messages it requests; null = those of the feed's owner
 */
record LineRequest(String line, ReplayRequest request) {
    JsonObject toJson() {
        JsonObject json = request.toJson();
        return line == null ? json : json.put(Addresses.LINE, line);
    }
}
