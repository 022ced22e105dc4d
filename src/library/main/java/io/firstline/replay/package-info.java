/**
 * Every message once: {@link io.firstline.replay.FeedSubscription} receives a feed from the event bus on any node, and
 * requests what it missed from what the feed's owner keeps.
 */
package io.firstline.replay;
