/**
 * Snapshots of streams for clients that come late: fetched over a spare connection, and joined to the merged stream where
 * that can be proven. Only the owner of a feed does this; everyone else asks it and uses the feed's sequence numbers.
 */
package io.firstline.deploy.snapshot;
