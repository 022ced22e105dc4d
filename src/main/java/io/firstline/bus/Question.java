package io.firstline.bus;

import io.vertx.core.json.JsonObject;

/**
 * What a consumer asks the owner of its feed: see {@link FeedResend}.
 *
 * @param number tells it from others that ask the same at another time
 * @param epoch the last owner it has seen; -1 = none
 * @param from the first number it wants; 0 = no message, only where the feed is
 * @param to the last one
 * @param lastValues whether it wants the last value of each stream instead, from the number {@code from}
 */
record Question(long number, int epoch, long from, long to, boolean lastValues) {

    static Question state(long number, int epoch) {
        return new Question(number, epoch, 0, 0, false);
    }

    static Question range(long number, int epoch, long from, long to) {
        return new Question(number, epoch, from, to, false);
    }

    static Question lastValues(long number, long from) {
        return new Question(number, -1, from, 0, true);
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
