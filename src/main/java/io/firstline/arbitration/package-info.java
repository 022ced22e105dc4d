/**
 * Which copy of a message is the first: pure decisions on (facts, now).
 *
 * <p>Nothing here knows a socket, a clock, a thread or a log. An {@link io.firstline.arbitration.Arbiter} belongs to one pool and is
 * called on that pool's event loop alone; times are nanoseconds of any one monotonic clock.
 */
package io.firstline.arbitration;
