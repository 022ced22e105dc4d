package io.firstline.config;

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
    public static final RetryConfig DEFAULT = new RetryConfig(250, 30_000, 10_000, 300);

    public RetryConfig {
        new Checks()
                .range("retryBaseMs", baseMs, 1, 60_000)
                .range("retryCapMs", capMs, 1, 3_600_000)
                .range("retryStableMs", stableMs, 0, 3_600_000)
                .range("connectsPer5Min", connectsPer5Min, 0, 1_000_000)
                .require(capMs >= baseMs, "retryCapMs", capMs, "at least retryBaseMs (" + baseMs + ")")
                .throwIfAny("retry configuration");
    }

    /** These delays with the default limit of attempts. */
    public RetryConfig(int baseMs, int capMs, int stableMs) {
        this(baseMs, capMs, stableMs, 300);
    }
}
