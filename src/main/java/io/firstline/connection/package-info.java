/**
 * One WebSocket: opening it, watching it, putting its frames together, closing it.
 *
 * <p>Everything of one {@link io.firstline.connection.WsConnection} runs on the Vert.x context that called {@code connect()}. The
 * decisions ({@link io.firstline.connection.ConnectionState}, {@link io.firstline.connection.LatencyTracker},
 * {@link io.firstline.connection.RetryPolicy}, {@link io.firstline.connection.MessageAssembler}) know no socket and no clock.
 */
package io.firstline.connection;
