package io.firstline.config.venue;

/** How a venue's binary messages hold text. Text messages are never encoded. */
public enum PayloadEncoding {
    /** They hold no text: they are passed on unread. */
    NONE,
    /** The text itself. */
    UTF8,
    /** RFC 1952. */
    GZIP,
    /** RFC 1950. */
    ZLIB,
    /** RFC 1951, without a wrapper. */
    DEFLATE
}
