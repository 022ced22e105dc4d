package io.firstline.config;

/** What makes a connection slow in the eyes of eviction. */
public enum RankBy {
    /** The moving average of its ping → pong round trip. */
    LATENCY,
    /** How long after the first copy its copies arrive: 99th percentile since the last look, a lost message counting as the longest lag. The default. */
    LAG
}
