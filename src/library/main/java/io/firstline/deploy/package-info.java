/**
 * Feeds as verticles: {@link io.firstline.deploy.PoolVerticle} owns the pools of one feed, publishes it to the event bus
 * and to other sinks, keeps messages for replay, and answers requests. It can change its configuration without a lost
 * message, and can be one of several nodes that receive the feed ({@link io.firstline.deploy.node.ClusterPart}).
 *
 * <p>The addresses are those of {@link io.firstline.bus}.
 */
package io.firstline.deploy;
