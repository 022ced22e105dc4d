package io.firstline.connection;

/** Why a client sends a frame. */
enum FrameKind {
    /** A request or another message that can wait. */
    REQUEST,
    /** A heartbeat or an answer: the server waits for it. */
    URGENT,
    /** A ping, which is useless later. */
    PING,
    /** A pong, which cannot wait. */
    PONG
}
