/**
 * The merged stream as a consumer in the same JVM sees it.
 *
 * <p>A {@link io.firstline.stream.FeedStream} has a bounded buffer of its own, so a slow consumer harms neither the sockets nor the
 * other consumers.
 */
package io.firstline.stream;
