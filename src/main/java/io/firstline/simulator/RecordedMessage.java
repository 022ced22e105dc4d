package io.firstline.simulator;

import io.vertx.core.buffer.Buffer;

/**
 * One message of a {@link Recording}.
 *
 * @param receivedUs when the recorder received it, in microseconds since the epoch
 * @param payload its text, UTF-8; not to be changed
 */
public record RecordedMessage(long receivedUs, Buffer payload) {}
