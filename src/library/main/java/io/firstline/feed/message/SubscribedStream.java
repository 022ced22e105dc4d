package io.firstline.feed.message;

/**
 * A stream that a feed subscribes.
 *
 * @param name as messages show it
 * @param newest the highest number of a published message; null = none, or the stream has no numbers
 */
public record SubscribedStream(String name, Long newest) {}
