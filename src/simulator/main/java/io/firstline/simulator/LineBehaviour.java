package io.firstline.simulator;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Locale;

/**
 * The faults of one connection on its way to the client. TCP order always holds: a message never overtakes an earlier
 * one of its connection.
 *
 * @param delayMs base delay of all output, PONGs and acks included; milliseconds, 0 to 60,000, default 0
 * @param jitterMs scale of the extra delay of data messages, milliseconds, 0 to 60,000, default 0; see {@link Jitter}
 * @param jitter its distribution, default NONE
 * @param lossPercent share of data messages that this connection never gets, 0 to 100, default 0
 * @param freezeEveryMs interval at which all output is held back, milliseconds, 0 to 86,400,000, default 0 = never
 * @param freezeForMs length of each freeze, after which the output is delivered at once; at least 1 and less than
 *     {@code freezeEveryMs}
 * @param cutAfterMs age at which the connection is cut without a close frame, milliseconds, 0 to 86,400,000, default 0
 *     = never
 */
public record LineBehaviour(
        double delayMs,
        double jitterMs,
        Jitter jitter,
        double lossPercent,
        int freezeEveryMs,
        int freezeForMs,
        int cutAfterMs) {
    private static final int DAY_MS = 86_400_000;
    private static final int MINUTE_MS = 60_000;
    private static final LineBehaviour PERFECT = new LineBehaviour(0, 0, Jitter.NONE, 0, 0, 0, 0);

    /** Checks all fields; throws an IllegalArgumentException that names each wrong one. */
    public LineBehaviour {
        FieldProblems problems = new FieldProblems()
                .range("delayMs", delayMs, 0, MINUTE_MS)
                .range("jitterMs", jitterMs, 0, MINUTE_MS)
                .range("lossPercent", lossPercent, 0, 100)
                .range("freezeEveryMs", freezeEveryMs, 0, DAY_MS)
                .range("cutAfterMs", cutAfterMs, 0, DAY_MS)
                .require(jitter != null, "jitter", jitter, Arrays.toString(Jitter.values()));
        if (freezeEveryMs > 0) {
            problems.range("freezeForMs", freezeForMs, 1, freezeEveryMs - 1);
        } else {
            problems.require(freezeForMs == 0, "freezeForMs", freezeForMs, "0 without freezeEveryMs");
        }
        problems.throwIfAny();
    }

    /** A line without delay, loss or faults. */
    public static LineBehaviour perfect() {
        return PERFECT;
    }

    /** The same line with another base delay, in milliseconds. */
    public LineBehaviour withDelayMs(double newDelayMs) {
        return new LineBehaviour(newDelayMs, jitterMs, jitter, lossPercent, freezeEveryMs, freezeForMs, cutAfterMs);
    }

    /** The same line with another jitter: its distribution, and its scale in milliseconds. */
    public LineBehaviour withJitter(Jitter newJitter, double newJitterMs) {
        return new LineBehaviour(delayMs, newJitterMs, newJitter, lossPercent, freezeEveryMs, freezeForMs, cutAfterMs);
    }

    /** The same line with another loss of data messages, in per cent. */
    public LineBehaviour withLossPercent(double newLossPercent) {
        return new LineBehaviour(delayMs, jitterMs, jitter, newLossPercent, freezeEveryMs, freezeForMs, cutAfterMs);
    }

    /** The same line with another interval and length of freezes, in milliseconds. */
    public LineBehaviour withFreeze(int everyMs, int forMs) {
        return new LineBehaviour(delayMs, jitterMs, jitter, lossPercent, everyMs, forMs, cutAfterMs);
    }

    /** The same line, cut without a close frame at this age in milliseconds. */
    public LineBehaviour withCutAfterMs(int newCutAfterMs) {
        return new LineBehaviour(delayMs, jitterMs, jitter, lossPercent, freezeEveryMs, freezeForMs, newCutAfterMs);
    }

    /**
     * Reads a behaviour. Missing fields keep their defaults, unknown ones are ignored. {@code jitter} is a name such as
     * {@code "log-normal"} or {@code "LOG_NORMAL"}. Throws an IllegalArgumentException that names every wrong field.
     */
    public static LineBehaviour fromJson(JsonObject json) {
        JsonFields fields = new JsonFields(json);
        String jitterName = fields.text("jitter", Jitter.NONE.name());
        return fields.build(() -> new LineBehaviour(
                fields.decimal("delayMs", 0),
                fields.decimal("jitterMs", 0),
                jitterNamed(jitterName),
                fields.decimal("lossPercent", 0),
                fields.number("freezeEveryMs", 0),
                fields.number("freezeForMs", 0),
                fields.number("cutAfterMs", 0)));
    }

    private static Jitter jitterNamed(String name) {
        String wanted = name.replace('-', '_').toUpperCase(Locale.ROOT);
        return Arrays.stream(Jitter.values())
                .filter(jitter -> jitter.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "jitter is " + name + ", allowed: " + Arrays.toString(Jitter.values())));
    }
}
