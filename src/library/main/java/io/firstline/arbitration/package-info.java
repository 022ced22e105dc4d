/**
 * Finds the first copy of each message: pure decisions on (facts, now).
 *
 * <p><b>Messages that repeat.</b> The arbiter keeps the messages of each stream in the server's order, as the lines
 * prove it. Each line has a place in that order. A copy is matched with the next message of the same bytes beyond the
 * place of its line. If there is none, the copy is another message. If the match skips messages, either the line lacks
 * those, or the copy is another message that no other line has delivered. The match holds until a later copy proves it
 * wrong, and then the earlier copy is published late.
 *
 * <p>This relies on lines that keep the order of a stream. In named streams the order is used after 64 unique copies
 * came in order. Messages without a stream count as one stream after 128. Each time that lines disagree, twice as many
 * copies must come in order. Until then the k-th copy of the same bytes on one line matches the k-th on another, unless
 * distances in time prove otherwise. If several streams of different order share one name, at most two messages are
 * published twice before the arbiter notices. Messages without a stream need more proof: acks and heartbeats that a
 * profile does not name come at another place on each line. Such an ack itself may be published twice.
 *
 * <p>Two lines may each lack a different one of several repeats, and deliver no other message between them. Then no
 * order is known, and the count may be wrong by one.
 *
 * <p>Nothing here knows a socket, a clock, a thread or a log. An {@link io.firstline.arbitration.Arbiter} belongs to
 * one pool and is called on that pool's event loop alone; times are nanoseconds of any one monotonic clock.
 */
package io.firstline.arbitration;
