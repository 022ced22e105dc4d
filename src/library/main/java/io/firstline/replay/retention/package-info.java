/**
 * What a feed keeps of what it published, and the requests for it: see
 * {@link io.firstline.replay.retention.ReplayService}. Not exported.
 */
package io.firstline.replay.retention;
