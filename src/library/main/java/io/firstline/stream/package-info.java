/**
 * The merged stream for consumers in the same JVM.
 *
 * <p>Each {@link io.firstline.stream.FeedStream} has a bounded buffer, so a slow consumer harms neither the sockets nor
 * other consumers. {@link io.firstline.stream.Overflow} decides about messages without room, and
 * {@link io.firstline.stream.FeedStream#dropHandler} reports them to the consumer.
 */
package io.firstline.stream;
