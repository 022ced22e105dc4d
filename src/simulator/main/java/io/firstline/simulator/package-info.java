/**
 * A simulated exchange for the demo and for tests: a WebSocket server with Binance's market-stream protocol.
 *
 * <p>{@link io.firstline.simulator.ExchangeSimulator} is the entry point. It emits a seeded market or replays
 * recordings. Each connection has configurable faults (delay, jitter, loss, freezes, cuts), and the simulator can be
 * controlled while it runs.
 * <pre>
 *   Emitter ─ MarketStream ─► EncodedMessage ─► Connections ─► Line ─► Outbox (delay, loss, freeze) ─► socket
 *   Replay ── Recording ────────────────────────────────────► Line ──►   "
 *   socket ─► ClientFrameFilter (counts, ping, pong) ─► Line ─► StreamSession (SUBSCRIBE …) ─► Outbox
 * </pre>
 *
 * <p>Everything behind the public methods runs on one event loop that the simulator owns: one writer, no locks.
 * Durations use the monotonic clock. Depends on {@link io.firstline.recording} and no other package of Firstline.
 */
package io.firstline.simulator;
