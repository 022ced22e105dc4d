/** Everything that can go wrong between a feed and its server: what a connection says, and what a feed makes of it. */
package io.firstline.errors;
