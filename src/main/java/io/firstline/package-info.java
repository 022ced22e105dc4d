/** Firstline: redundant WebSocket connections to one feed, arbitrated into one stream on the Vert.x event bus. */
package io.firstline;
