/**
 * The messages that a feed keeps after it published them, and the requests for them: see
 * {@link io.firstline.replay.retention.ReplayService}. Not exported.
 */
package io.firstline.replay.retention;
