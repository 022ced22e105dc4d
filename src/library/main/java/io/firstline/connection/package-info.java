/**
 * One WebSocket: opens it, watches it, assembles its frames, closes it.
 *
 * <p>All parts of a {@link io.firstline.connection.WsConnection} run on the Vert.x context that called
 * {@code connect()}. The decision classes ({@link io.firstline.connection.report.ConnectionState},
 * {@link io.firstline.connection.LatencyTracker}, {@link io.firstline.connection.RetryPolicy},
 * {@link io.firstline.connection.MessageAssembler}) use no socket and no clock.
 */
package io.firstline.connection;
