package io.firstline.bench;

import io.vertx.core.json.JsonObject;

/**
 * The load that the server sends.
 *
 * @param perSecond messages per second; 0 = as many as the client accepts
 * @param burst number of messages due at the same instant
 * @param lagging whether each connection has a different lag: see {@link SimulatedLag}
 * @param form the messages
 * @param equalPercent how many messages have the same bytes on all connections; saturating loads only
 */
record Load(int perSecond, int burst, boolean lagging, MessageForm form, int equalPercent) {
    private static final int ALL = 100;

    static final Load SATURATING = new Load(0, 1, false);

    private Load(int perSecond, int burst, boolean lagging) {
        this(perSecond, burst, lagging, MessageForm.BYTES, ALL);
    }

    static Load paced(int perSecond) {
        return new Load(perSecond, 1, false);
    }

    static Load bursts(int perSecond, int burst) {
        return new Load(perSecond, burst, false);
    }

    static Load lagging(int perSecond) {
        return new Load(perSecond, 1, true);
    }

    /** As many messages of this form as the client accepts. */
    static Load saturating(MessageForm form, int equalPercent) {
        return new Load(0, 1, false, form, equalPercent);
    }

    static Load fromJson(JsonObject json) {
        return new Load(
                json.getInteger("perSecond"),
                json.getInteger("burst"),
                json.getBoolean("lagging"),
                MessageForm.valueOf(json.getString("form")),
                json.getInteger("equalPercent"));
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("perSecond", perSecond)
                .put("burst", burst)
                .put("lagging", lagging)
                .put("form", form.name())
                .put("equalPercent", equalPercent);
    }

    /** Whether a message has the same bytes on all connections. */
    boolean isEqual(long sequence) {
        return sequence * equalPercent % ALL < equalPercent;
    }

    /** The profile and the share of equal bytes in a table; empty = no profile. */
    String formLabel() {
        return form == MessageForm.BYTES ? "" : ", " + form.label() + ", " + equalPercent + " % equal";
    }

    boolean isSaturating() {
        return perSecond == 0;
    }

    /** The time at which message {@code index}, from 0, is due, nanoseconds after the first. */
    long dueNanos(long index) {
        return (long) (index / burst * burst * (1e9 / perSecond));
    }

    /** The number of messages due within this time after the first. */
    long dueAfter(long nanos) {
        return nanos < 0 ? 0 : ((long) (nanos * (perSecond / 1e9)) / burst + 1) * burst;
    }

    /** The text in a table. */
    String label() {
        if (isSaturating()) {
            return "maximum";
        }
        String rate = String.format(java.util.Locale.ROOT, "%,d/s", perSecond);
        return rate + (burst > 1 ? " in bursts of " + burst : "") + (lagging ? ", lagging" : "");
    }
}
