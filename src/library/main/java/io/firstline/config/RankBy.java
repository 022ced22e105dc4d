package io.firstline.config;

/** The measure by which eviction finds slow connections. */
public enum RankBy {
    /** The moving average of its ping → pong round trip. */
    LATENCY,
    /**
     * The 99th percentile of the lag of its copies since the last check; a lost message counts as the longest lag. The
     * default.
     */
    LAG
}
