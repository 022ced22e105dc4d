/** One feed as a configuration file describes it: its reader, its hints, its shards. */
package io.firstline.config.feed;
