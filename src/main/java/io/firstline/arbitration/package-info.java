/**
 * Which copy of a message is the first: pure decisions on (facts, now).
 *
 * <p><b>Messages that repeat.</b> Where the owner names streams, a copy is placed by the order of its line in that stream: the messages of
 * a stream are kept in the order that follows from all lines, and a copy of bytes that were seen before is another message if its line is
 * past the one known. A line that skips messages may lack them, or may have brought another message of the same bytes that nobody else had;
 * which of them is known when it brings one of those skipped or a later one. So what lines lack single copies of is published once for
 * each time that it was sent, and out of order comes only what the line in front lacked. That rests on lines which keep the order of a
 * stream. It is relied on after 64 copies came in order, and twice as many each time that a line disagreed; until then, and in messages
 * without a stream, the k-th copy of the same bytes on one line is taken for the k-th on another, as far as distances in time do not say
 * otherwise. Where a name stands for several streams, whose order differs, at most two messages come twice each time before that is noticed.
 *
 * <p>Nothing tells which message it was if two lines each lack another one of several equal messages and bring no other message of the
 * stream between them; nor is anything known of a message that no line has. While many messages repeat, a copy that a line lacks beside one
 * of the same bytes may be taken for it, and a message then comes once too often or too seldom.
 *
 * <p>Nothing here knows a socket, a clock, a thread or a log. An {@link io.firstline.arbitration.Arbiter} belongs to one pool and is
 * called on that pool's event loop alone; times are nanoseconds of any one monotonic clock.
 */
package io.firstline.arbitration;
