/**
 * The relay: a WebSocket server that gives the merged stream of a feed to clients in any language. Off unless configured.
 */
package io.firstline.relay;
