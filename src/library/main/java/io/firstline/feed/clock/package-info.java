/**
 * Times of a feed: of arrivals, and of the exchange. For reports only, nothing is ranked by them. Internal: the library
 * does not export this package.
 */
package io.firstline.feed.clock;
