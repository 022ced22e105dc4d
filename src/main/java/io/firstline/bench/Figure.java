package io.firstline.bench;

/** What is known of a cell after each round. */
enum Figure {
    COPIES_PER_SECOND,
    UNIQUE_PER_SECOND,
    /** Of the Java threads: neither compilers nor garbage collection. */
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
    /** Messages that the feed says it dropped. */
    DROPPED,
    /** Connections that were evicted or lost meanwhile. */
    REPLACED,
    SERVER_CPU_SHARE,
    SERVER_REST_SHARE,
    SERVER_BACKLOG_BYTES,
    SERVER_MESSAGES_PER_SECOND
}
