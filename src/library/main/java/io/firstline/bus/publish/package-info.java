/**
 * Publishes a feed on the event bus and bounds the backlogs of its consumers on this node:
 * {@link io.firstline.bus.publish.BusSink} and what it is made of. Not exported.
 */
package io.firstline.bus.publish;
