/**
 * Paths to a server: what a feed has learned of each ({@link io.firstline.feed.path.PathTable}), which one a new connection
 * uses and which is worth a trial ({@link io.firstline.feed.path.PathChoice}), and when connections return to one that
 * failed ({@link io.firstline.feed.path.TurnBalance}). Pure: they get facts and the time, and know no connection.
 */
package io.firstline.feed.path;
