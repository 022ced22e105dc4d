/** Each error between a feed and its server: the connection's report, and the feed's reaction. */
package io.firstline.errors;
