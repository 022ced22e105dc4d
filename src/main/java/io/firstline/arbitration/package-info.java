/**
 * Which copy of a message is the first: pure decisions on (facts, now).
 *
 * <p><b>Messages that repeat.</b> Each stream keeps its messages in the server's order, as far as it follows from all lines, and each line
 * has a place in that order. A copy is matched with the next message of the same bytes beyond the place of its line. If there is none, the
 * copy is another message. If the match skips messages, the line lacks those, or the copy is another message that no other line has
 * delivered. The match holds until a later copy proves it wrong, and then the earlier copy is published late.
 *
 * <p>This relies on lines that keep the order of a stream. In named streams it counts after 64 unique copies came in order. Messages
 * without a stream count as one stream after 128. Each time that lines disagree, twice as many copies must come in order. Until then the
 * k-th copy of the same bytes on one line is the k-th on another, unless distances in time say otherwise. If one name stands for several
 * streams whose order differs, at most two messages are published twice before that is noticed. Messages without a stream need more proof.
 *
 * <p>No order is known if two lines each lack another one of several messages that repeat, and deliver no other message between them. The
 * count may then be wrong by one.
 *
 * <p>Nothing here knows a socket, a clock, a thread or a log. An {@link io.firstline.arbitration.Arbiter} belongs to one pool and is
 * called on that pool's event loop alone; times are nanoseconds of any one monotonic clock.
 */
package io.firstline.arbitration;
