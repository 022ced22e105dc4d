package io.firstline.bench;

/** The figures of a cell in each round. */
enum Metric {
    COPIES_PER_SECOND,
    UNIQUE_PER_SECOND,
    /** Of Java threads only, without compilers and garbage collection. */
    CPU_MICROS_PER_COPY,
    PROCESS_CPU_MICROS_PER_COPY,
    BYTES_PER_COPY,
    P50_MICROS,
    P99_MICROS,
    P999_MICROS,
    IDEAL_P50_MICROS,
    IDEAL_P99_MICROS,
    RESIDENT_MB,
    LOST,
    TWICE,
    /** Messages that the feed reports as dropped. */
    DROPPED,
    /** Connections evicted or lost during the measurement. */
    REPLACED,
    SERVER_CPU_SHARE,
    SERVER_REST_SHARE,
    SERVER_BACKLOG_BYTES,
    SERVER_MESSAGES_PER_SECOND
}
