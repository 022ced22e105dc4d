/**
 * Publishes a feed on the event bus and bounds the backlogs of its consumers on this node:
 * {@link io.firstline.bus.publish.BusSink} and its parts. Registers the form of messages with Vert.x, and counts and logs
 * rejected messages. Exported only to the other artifacts of Firstline.
 */
package io.firstline.bus.publish;
