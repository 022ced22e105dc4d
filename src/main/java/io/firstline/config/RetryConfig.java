package io.firstline.config;

/**
 * The pauses between attempts to connect: exponential with full jitter, so that many connections cut at once do not come back at once.
 *
 * @param baseMs the first pause is drawn from 0 to this many milliseconds, each further one from twice as much; default 250
 * @param capMs no pause is longer, in milliseconds; default 30,000
 * @param stableMs the count of attempts starts anew only after a connection lived this long: a server that accepts and
 *     rejects at once is not hammered; milliseconds, default 10,000
 * @param connectsPer5Min how many attempts one host gets in five minutes, over all feeds of the process; 0 = no limit, default 300 as
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

    /** The given pauses with the default limit of attempts. */
    public RetryConfig(int baseMs, int capMs, int stableMs) {
        this(baseMs, capMs, stableMs, 300);
    }
}
