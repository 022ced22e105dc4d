/**
 * Passes a feed's messages on to other nodes: many in one frame, encoded once, one copy to each node, which delivers them
 * to its consumers.
 *
 * <p>{@link io.firstline.cluster.fanout.FramedAddress} collects the messages of an address in a turn of the event loop and sends them as a
 * {@link io.firstline.cluster.fanout.FeedFrame}. {@link io.firstline.cluster.fanout.NodeFrames} has the addresses of a node, and delivers
 * received messages as if they had arrived alone ({@link io.firstline.cluster.fanout.RemoteMessage}).
 */
package io.firstline.cluster.fanout;
