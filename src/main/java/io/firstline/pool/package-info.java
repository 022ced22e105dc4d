/**
 * Feeds: one or several connections kept open, their messages merged, their replacements made before the break.
 *
 * <p>A {@link io.firstline.pool.Feed}, its connections, timers and arbiter run on one Vert.x context: the verticle's that made it, or
 * one of its own. Its methods may be called from any thread; handlers are called on that context, where they must not block.
 *
 * <p><b>Where a feed ends a connection, and what protects the last live one.</b> Nothing that a feed decides leaves it without a connection:
 *
 * <ul>
 *   <li>Half-open ({@code HalfOpenPolicy}, asked by {@code Feed.judge}): a ping or a heartbeat is not answered. It is cut at once if a
 *       sibling is heard meanwhile that was in step before the silence began. If nobody can tell, because the path may stand still, a
 *       candidate is opened beside it after ten seconds; the old one goes when the candidate delivers in step, and lingers for what it may
 *       still bring if no other connection has it ({@code Feed.release}: until it is heard again for as long as it was silent, at most
 *       30 s, or was silent for 90 s).
 *   <li>Not subscribed ({@code Feed.notSubscribed}): what a new connection sends first could not be written. It is cut, but the last live
 *       one stays until its candidate takes over.
 *   <li>Silent while others deliver, one stream silent, out of step, slow, age, server shutdown, requested, renewed, reconfigured (a new
 *       token too): {@code Seat.replace} and {@code Seat.challenge}; the old one is closed by {@code Seat.promote}, after its candidate is
 *       live, and in a pool in step. What comes right after a stall common to all connections is no evidence ({@code CommonStall}).
 *   <li>A candidate that is in vain ({@code Seat.abandon}, or half-open itself): it has no seat, so the live count does not change.
 *   <li>One that lingers and for which the arbiter has no place any more ({@code Feed.makeRoom}): it has been replaced.
 *   <li>A server's own close frame, a malformed or oversize frame, an error of TCP or TLS: the connection has ended; not our decision.
 *   <li>{@code Feed.close}: the user's decision.
 * </ul>
 */
package io.firstline.pool;
