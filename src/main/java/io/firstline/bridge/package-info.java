/**
 * Bridges: they serve feeds to programs that are not on the event bus, over TCP and, for browsers, over SockJS. Off unless configured.
 *
 * <p>Both speak the protocols of Vert.x' own event bus bridges, so every client of those works. They are written anew because those have
 * no bound where a feed needs one: they write to a client without asking whether it reads, the TCP one takes frames of any length from
 * anybody and never forgets a consumer that is registered twice, and both put each message into JSON once for every client.
 *
 * <p><b>What a client gets.</b> The body of a feed's message is always {@code {"feed": "btc", "sequence": 7, "connection": "btc-2",
 * "receivedMicros": 1700000000123456, "text": "…"}}, with {@code base64} in place of {@code text} if the venue sent binary, and {@code
 * "late": true} only if it is: see {@link io.firstline.stream.FeedMessage#toJson()}. It may hear the addresses of the feeds that the
 * configuration names: the feed, its events, its streams; other addresses of a feed are for its own parts and are refused. Where {@code inbound} is on, the holder of the token may also send requests to
 * a feed's {@code send} and {@code command} and to {@code firstline.status}. Nothing else.
 *
 * <p><b>What it costs.</b> For each client a bounded number of bytes: one that leaves more unread is dropped at once, which is logged and
 * counted. Nobody waits for it: not the feed, not the other clients. If the bridge itself cannot keep up, it is passed over like any slow
 * consumer, which its clients see as a hole in the sequence.
 *
 * <p>Each bridge has one event loop, to which everything of it belongs.
 */
package io.firstline.bridge;
