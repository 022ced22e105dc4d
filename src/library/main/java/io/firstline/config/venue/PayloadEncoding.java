package io.firstline.config.venue;

/** What a venue's binary messages are. Text messages are never encoded. */
public enum PayloadEncoding {
    /** Unknown: they are passed on unread. */
    NONE,
    /** Text: the text itself. */
    UTF8,
    /** Compressed text: RFC 1952. */
    GZIP,
    /** Compressed text: RFC 1950. */
    ZLIB,
    /** Compressed text: RFC 1951, without a wrapper. */
    DEFLATE,
    /** Protocol Buffers, read by field numbers and passed on as they are. */
    PROTOBUF,
    /** Simple Binary Encoding, read by template and offset and passed on as it is. */
    SBE,
    /** MessagePack, read as JSON is and passed on as it is. */
    MSGPACK;

    /** Whether the messages hold text, which is read and passed on instead of them. */
    public boolean isText() {
        return this == UTF8 || this == GZIP || this == ZLIB || this == DEFLATE;
    }
}
