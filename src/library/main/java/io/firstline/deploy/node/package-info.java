/**
 * The part of a node in a feed: publisher, standby or neither, and the node's status as JSON. {@link
 * io.firstline.deploy.PoolVerticle} uses it; a cluster supplies another {@link
 * io.firstline.deploy.node.ClusterPart}. Exported only to the other artifacts of Firstline.
 */
package io.firstline.deploy.node;
