package io.firstline.replay;

import io.firstline.replay.retention.ReplayService;
import io.vertx.core.json.JsonObject;

/**
 * A consumer's request to the owner of its feed: see {@link ReplayService}.
 *
 * @param number distinguishes equal requests at different times
 * @param epoch the last owner that the consumer knows; -1 = none
 * @param from the first wanted number; 0 = no message, only the state of the feed
 * @param to the last wanted number
 * @param lastValues whether the last value of each stream is wanted instead, from the number {@code from}
 */
record ReplayRequest(long number, int epoch, long from, long to, boolean lastValues) {

    static ReplayRequest state(long number, int epoch) {
        return new ReplayRequest(number, epoch, 0, 0, false);
    }

    static ReplayRequest range(long number, int epoch, long from, long to) {
        return new ReplayRequest(number, epoch, from, to, false);
    }

    static ReplayRequest lastValues(long number, long from) {
        return new ReplayRequest(number, -1, from, 0, true);
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        if (epoch >= 0) {
            json.put("epoch", epoch);
        }
        if (from > 0) {
            json.put("from", from);
        }
        if (to > 0) {
            json.put("to", to);
        }
        return lastValues ? json.put("last", true) : json;
    }
}
