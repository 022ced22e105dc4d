/**
 * Firstline keeps several redundant WebSocket connections to one feed, passes on the first copy of every message,
 * replaces the connections that lag, and publishes the merged stream on the Vert.x event bus.
 *
 * <pre>
 * conf/*.json ─ config ─► deploy/PoolVerticle ─ owns ─► feed/WsPool ─ owns N ─► connection/WsConnection
 *                                                      │    ▲                      │ frames
 *                                                      │    └─ evict, replace ─────┤ latency, the end
 *                                                      ▼                           ▼
 *                                                stream/FeedStream ◄─────── arbitration/Arbiter
 *                                                      │ next, handler, fetch
 *                                                      ▼
 *                                                deploy/node/FeedPublisher ──► bus/FeedSink: the event bus, others
 * service/ = start-up and command line            simulator/ = an exchange in a box
 * http/    = page, metrics, health                 bench/     = what it costs, measured
 * bridge/  = feeds for browsers and other languages
 * </pre>
 *
 * <p><b>Layers.</b> Arrows between packages run one way; PackagesTest holds them. From the top: service, http, bridge,
 * cluster, deploy, replay, bus, merge, feed, connection, recording, then stream, arbitration, config and payload.
 *
 * <p><b>Surface.</b> The module exports what users' code needs: the feeds and verticles, the records that configure
 * them, the messages, and the reports. SurfaceTest lists the types. Everything else may change in any release.
 *
 * <table>
 * <caption>What runs on which thread, and what a slow callback there blocks</caption>
 * <tr><td>a feed's connections, arbiter, eviction, timers</td><td>the event loop of the verticle, or of the context
 * that was current when the feed was made; no part of a feed runs on another thread</td></tr>
 * <tr><td>{@code Feed.handler}, {@code FeedStream.handler}, event handlers</td><td>the same loop, in the turn in which
 * the message arrived: blocking there blocks the feed</td></tr>
 * <tr><td>event bus consumers</td><td>their own context, in a later turn; a slow one delays itself, and misses messages
 * when it is far behind; one that never returns stops its address: see {@link io.firstline.bus}</td></tr>
 * <tr><td>Feed and FeedStream methods</td><td>any thread; they act on the feed's loop and return a future</td></tr>
 * </table>
 *
 * <p><b>Guarantees.</b> Each message that at least one connection in step delivered is published, as often as the
 * server sent it on a connection, in the server's order per stream. Eviction never takes a feed below its live count:
 * the replacement delivers in step before the old connection is closed. Dropped messages are counted by cause and
 * reported. No socket is ever paused for a consumer. All buffers and histories are bounded.
 */
package io.firstline;
