/**
 * Feeds: one or several connections kept open, their messages merged, their replacements made before the break.
 *
 * <p>A {@link io.firstline.pool.Feed}, its connections, timers and arbiter run on one Vert.x context: the verticle's that made it, or
 * one of its own. Its methods may be called from any thread; handlers are called on that context, where they must not block.
 */
package io.firstline.pool;
