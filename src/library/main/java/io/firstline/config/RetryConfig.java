package io.firstline.config;

import io.firstline.config.check.Checks;
import io.firstline.config.check.SchemaKeys;

/**
 * The delays between attempts to connect: exponential with full jitter, so that connections cut together do not
 * reconnect together.
 *
 * @param baseMs the first delay is random from 0 to this many milliseconds; the bound doubles with each attempt;
 *     default 250
 * @param capMs the longest delay, milliseconds; default 30,000
 * @param stableMs a connection must live this long to reset the number of attempts, so that a server that accepts and
 *     then closes gets no flood of attempts; milliseconds, default 10,000
 * @param connectsPer5Min attempts per host in five minutes, over all feeds of the process; 0 = no limit, default 300 as
 *     Binance allows
 */
public record RetryConfig(int baseMs, int capMs, int stableMs, int connectsPer5Min) {
    private static final SchemaKeys KEYS = SchemaKeys.FEED;
    public static final RetryConfig DEFAULT = new RetryConfig(
            KEYS.defaultNumber("retryBaseMs"),
            KEYS.defaultNumber("retryCapMs"),
            KEYS.defaultNumber("retryStableMs"),
            KEYS.defaultNumber("connectsPer5Min"));

    public RetryConfig {
        new Checks()
                .key(KEYS, "retryBaseMs", baseMs)
                .key(KEYS, "retryCapMs", capMs)
                .key(KEYS, "retryStableMs", stableMs)
                .key(KEYS, "connectsPer5Min", connectsPer5Min)
                .require(capMs >= baseMs, "retryCapMs", capMs, "at least retryBaseMs (" + baseMs + ")")
                .throwIfAny("retry configuration");
    }

    /** These delays with the default limit of attempts. */
    public RetryConfig(int baseMs, int capMs, int stableMs) {
        this(baseMs, capMs, stableMs, KEYS.defaultNumber("connectsPer5Min"));
    }

    /** The limit of attempts, if there is one. */
    Limit limit() {
        return new Limit(Limit.What.CONNECTS, connectsPer5Min, 300_000, Limit.Scope.HOST);
    }
}
