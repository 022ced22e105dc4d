/** The nodes that share the feeds: the section {@code cluster} of a configuration file. */
package io.firstline.config.cluster;
