/**
 * The merged stream as a consumer in the same JVM sees it.
 *
 * <p>A {@link io.firstline.stream.FeedStream} has a bounded buffer of its own, so a slow consumer harms neither the sockets nor the
 * other consumers; {@link io.firstline.stream.Overflow} says what becomes of the messages it has no room for, and
 * {@link io.firstline.stream.FeedStream#dropHandler} tells it which they were.
 */
package io.firstline.stream;
