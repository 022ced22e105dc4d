/**
 * Feeds on the Vert.x event bus: their addresses, and the form of their messages. The verticles that publish them are in
 * {@link io.firstline.deploy}.
 *
 * <table>
 * <caption>Addresses</caption>
 * <tr><td>{@code firstline.feed.<feed>}</td><td>the merged stream, published in order</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.<stream>}</td><td>one stream of it, if the feed names its streams</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.events}</td><td>published: one JSON object per event, see
 * {@link io.firstline.feed.report.FeedEvent}</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.send}</td><td>request: sends the body; header {@code route} = {@code fastest},
 * {@code all} or a connection id; the reply is {@code {"connections": n}}</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.command}</td><td>request: {@code {"do": …}}, see
 * {@link io.firstline.deploy.FeedCommands}</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.resend}</td><td>request: messages published before, see
 * {@link io.firstline.replay.retention.ReplayService}</td></tr>
 * <tr><td>{@code firstline.status}</td><td>request: the state of every feed of this node; {@code cluster} is a
 * member's view of its cluster, see {@link io.firstline.deploy.node.ClusterFacts}</td></tr>
 * </table>
 *
 * <p>A stream that the server calls {@code events}, {@code send}, {@code command}, {@code resend}, or by another
 * reserved name ({@code replicas}, {@code carriers}, {@code lines}, {@code amendments}, {@code here}), has no separate address.
 *
 * <table>
 * <caption>Bodies of the merged stream, by the feed's {@code body}</caption>
 * <tr><td>{@code message}</td><td>a {@link io.firstline.stream.FeedMessage}: on this node the same instance for every
 * consumer, to other nodes in the form of {@link io.firstline.bus.FeedMessageCodec}, which is registered
 * automatically on nodes with this jar on the class path</td></tr>
 * <tr><td>{@code buffer}</td><td>the payload alone, a {@code Buffer}, also if the server sent text</td></tr>
 * <tr><td>{@code json}</td><td>{@code {"feed": "btc", "sequence": 7, "connection": "btc-2", "receivedMicros":
 * 1700000000123456, "stream": "btcusdt@trade", "text": "…"}}; {@code stream} only if the feed names its streams,
 * {@code base64} instead of {@code text} if the server sent binary, {@code "late": true} only if it is late</td></tr>
 * <tr><td>{@code batch}</td><td>a {@link io.firstline.bus.FeedBatch}: the messages of one turn of the event loop, for
 * consumers on this node only</td></tr>
 * </table>
 *
 * <p><b>Slow consumers.</b> A consumer whose backlog exceeds 65,536 messages or 64 MiB gets no messages until it
 * falls below half of that. The consumer sees a hole in the sequence numbers, if the body has them; the feed counts
 * the messages as {@code bus-consumer-slow} and reports them.
 *
 * <p>A consumer whose backlog exceeds four times this bound is blocked: it no longer takes messages at all. Then
 * nothing more is published on the addresses that its context consumes, for any consumer, until it has worked off its
 * queue or is unregistered. Meanwhile a few of these messages (1, 2, 4, 8 …) are published as samples. A consumer
 * that must not depend on others reads a stream of the feed itself, or has a separate address. See
 * {@link io.firstline.bus.publish.BoundedPublisher}.
 *
 * <p><b>Every message once.</b> A plain bus consumer gets each message at most once. A
 * {@link io.firstline.replay.FeedSubscription} gets every message exactly once, in the order of each stream, on any
 * node. It fills holes from what the owner keeps ({@code retain}), and leaves out what a new owner publishes again. It
 * recognises a restart of the feed, and reports what it could not get, in its place.
 * {@link io.firstline.replay.GapFiller} lists the cases in which a message may be delivered twice or be missing without
 * a report.
 */
package io.firstline.bus;
