/**
 * Bridges serve feeds to programs that are not on the event bus: over TCP and, for browsers, over SockJS. Off unless
 * configured.
 *
 * <p>Both use the protocols of Vert.x' own event bus bridges, so every client of those works. Vert.x' bridges lack
 * bounds that a feed needs. They write to a client without checking whether it reads. The TCP bridge accepts frames of
 * any length and never removes a consumer that is registered twice. Both encode each message once for every client.
 *
 * <p><b>Messages.</b> The body of a feed's message is always
 * {@code {"feed": "btc", "sequence": 7, "connection": "btc-2", "receivedMicros": 1700000000123456, "text": "…"}}. If
 * the venue sent binary, {@code base64} replaces {@code text}; {@code "late": true} is present only in late messages,
 * {@code stream} only if the feed names its streams:
 * see {@link io.firstline.stream.FeedMessage#toJson()}. A client may listen on the addresses of the configured feeds:
 * the feed, its events, its streams. Other addresses of a feed are internal and rejected. With {@code inbound} on, a
 * client with the token may also send requests to a feed's {@code send} and {@code command} and to
 * {@code firstline.status}. All other addresses are rejected.
 *
 * <p><b>Cost.</b> Each client has a bounded number of bytes. A client that leaves more unread is dropped at once,
 * logged and counted, so a slow client delays neither the feed nor other clients. If the bridge itself cannot keep up,
 * it loses messages like any slow consumer, and its clients see a hole in the sequence.
 *
 * <p>Each bridge runs on one event loop.
 */
package io.firstline.bridge;
