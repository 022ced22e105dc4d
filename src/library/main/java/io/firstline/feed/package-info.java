/**
 * Feeds: one or more open connections, their messages merged, their replacements opened before the old connection
 * closes.
 *
 * <p>A {@link io.firstline.feed.Feed}, its connections, timers and arbiter run on one Vert.x context: that of the
 * verticle that created it, or a separate one. Its methods may be called from any thread. Handlers are called on that
 * context and must not block.
 *
 * <p><b>Parts.</b> {@code Feed} has the operations, {@code FeedAssembly} puts the parts together. {@code FeedConnections}
 * opens connections and follows their lives, in the slots of {@code SlotTable}. {@code CopyReceiver} takes what they
 * deliver, {@code Arbitration} decides which copy is published. {@code SlowConnections}, {@code SilentConnections},
 * {@code AgedConnections} and {@code Replacements} decide which connection is replaced, {@code CandidateTrials} by which.
 * {@code RedundancyWatch} detects connections that lack messages, {@code PathLearning} chooses the paths of new ones,
 * {@code TurnSpread} leads them back to paths that work again, {@code PoolResizing} sets their number. {@code FeedCondition} has the feed's state and problems, {@code FeedEventLog}
 * reports everything else. The rooms below: {@code feed.message} reads, orders and dispatches messages,
 * {@code feed.path} compares paths, {@code feed.report} has the reports and events, {@code feed.clock} the exchange's time.
 *
 * <p><b>Ends of connections, and the protection of the last live one.</b> No decision of a feed leaves it
 * without a connection:
 *
 * <ul>
 * <li>Half-open ({@code HalfOpenPolicy}, called by {@code Replacements.judge}): a ping or a heartbeat is not answered. The
 *     feed cuts the connection at once if it still receives from a sibling that was in step before the silence began.
 *     Without such a sibling the path itself may have stalled. Then the feed opens a candidate after ten seconds and
 *     closes the old connection when the candidate delivers in step. The old one stays open longer if it may still
 *     deliver messages that no other connection has ({@code Replacements.release}): once it is heard again, for as long as it
 *     was silent, at most 30 s; otherwise until it was silent for 90 s.
 * <li>Not subscribed ({@code FeedConnections.notSubscribed}): the first messages of a new connection could not be written. The
 *     feed cuts it, but keeps the last live one until its candidate takes over.
 * <li>Silent while others deliver, one stream silent, out of step, slow, age, server shutdown, requested, renewed,
 *     reconfigured (also for a new token): {@code ConnectionSlot.replace} and {@code ConnectionSlot.challenge}. {@code ConnectionSlot.promote}
 *     closes the old connection after its candidate is live, and in a pool in step. Figures right after a stall of
 *     all connections do not count ({@code CommonStall}).
 * <li>A failed candidate ({@code ConnectionSlot.abandon}, or half-open itself): it has no slot, so the live count does not
 *     change.
 * <li>A replaced connection that is still open while the arbiter has no free slot ({@code Replacements.makeRoom}).
 * <li>A close frame of the server, a malformed or oversize frame, an error of TCP or TLS: the connection has ended;
 *     the feed does not decide this.
 * <li>{@code Feed.close}: the user decides this.
 * </ul>
 */
package io.firstline.feed;
