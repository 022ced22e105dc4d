/**
 * An exchange in a box: a WebSocket server that speaks Binance's market-stream protocol, for the demo and for tests.
 *
 * <p>{@link io.firstline.simulator.ExchangeSimulator} is the way in. It emits a seeded market or replays recordings, hands every message to
 * each connection through that connection's own behaviour (delay, jitter, loss, freezes, cuts) and can be steered while it runs.
 *
 * <pre>
 *   Emitter ─ MarketStream ─► EncodedMessage ─► Connections ─► Line ─► Outbox (delay, loss, freeze) ─► socket
 *   Replay ── Recording ────────────────────────────────────► Line ──►   "
 *   socket ─► FrameGate (counts, ping, pong) ─► Line ─► StreamSession (SUBSCRIBE …) ─► Outbox
 * </pre>
 *
 * <p>Everything behind the public methods runs on one event loop, which the simulator takes for itself: one writer, no locks. Durations are
 * measured on the monotonic clock. Of Firstline it knows {@link io.firstline.recording} and nothing else.
 */
package io.firstline.simulator;
