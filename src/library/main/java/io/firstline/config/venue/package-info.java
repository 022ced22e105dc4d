/** An exchange as its profile describes it: how to subscribe, what a message is, its keys, sequences and limits. */
package io.firstline.config.venue;
