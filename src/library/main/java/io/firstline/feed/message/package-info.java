/**
 * Messages of a feed: read, ordered and dispatched, with their gaps. Internal: the library does not export this package.
 *
 * <p>A {@code MessageReader} reads each copy in one pass into the one {@code ArrivingCopy}. A copy whose bytes
 * it has seen is not read again: {@code KnownFrames} holds what the last frames contain. After arbitration, the first
 * copy goes as an {@code OutgoingCopy} through the {@code Sequencer}, which orders it, to the {@code Dispatcher}, which
 * publishes it. Everything runs on the feed's context.
 */
package io.firstline.feed.message;
