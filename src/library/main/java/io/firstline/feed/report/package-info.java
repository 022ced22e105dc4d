/**
 * The reports of a feed: {@link io.firstline.feed.report.FeedReport} is everything at one instant,
 * {@link io.firstline.feed.report.FeedEvent} is one fact as it happens, of the kinds in
 * {@link io.firstline.feed.report.FeedFact}. Immutable values, with their JSON.
 */
package io.firstline.feed.report;
