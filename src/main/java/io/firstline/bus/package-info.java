/**
 * Feeds on the Vert.x event bus: verticles that own them, and the addresses under which others find them.
 *
 * <table>
 * <caption>Addresses</caption>
 * <tr><td>{@code firstline.feed.<feed>}</td><td>the merged stream, published in order</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.<stream>}</td><td>one stream of it, if the feed names its streams</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.events}</td><td>published: one JSON object per fact, see
 *     {@link io.firstline.pool.FeedEvent}</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.send}</td><td>request: the body is sent; header {@code route} = {@code fastest}, {@code all}
 *     or a connection id; the reply is {@code {"connections": n}}</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.command}</td><td>request: {@code {"do": …}}, see
 *     {@link io.firstline.bus.FeedCommands}</td></tr>
 * <tr><td>{@code firstline.feed.<feed>.resend}</td><td>request: messages that were published before, see
 *     {@link io.firstline.bus.FeedResend}</td></tr>
 * <tr><td>{@code firstline.status}</td><td>request: the state of every feed of this node; {@code cluster} is what a member of a cluster
 *     sees of it, see {@link io.firstline.bus.ClusterFacts}</td></tr>
 * </table>
 *
 * <p>A stream that the server calls {@code events}, {@code send}, {@code command}, {@code resend}, or by another name that Firstline keeps
 * for itself ({@code replicas}, {@code carriers}, {@code amendments}, {@code here}), has no address of its own.
 *
 * <table>
 * <caption>Bodies of the merged stream, by the feed's {@code body}</caption>
 * <tr><td>{@code message}</td><td>a {@link io.firstline.stream.FeedMessage}: on this node the same instance for every consumer, to
 *     other nodes in the form of {@link io.firstline.bus.FeedMessageCodec}, which registers itself where this jar is on the class
 *     path</td></tr>
 * <tr><td>{@code buffer}</td><td>the payload alone, a {@code Buffer}, also if the server sent text</td></tr>
 * <tr><td>{@code json}</td><td>{@code {"feed": "btc", "sequence": 7, "connection": "btc-2", "receivedMicros": 1700000000123456,
 *     "text": "…"}}; {@code base64} instead of {@code text} if the server sent binary, {@code "late": true} only if it is</td></tr>
 * </table>
 *
 * <p><b>Slow consumers.</b> A consumer that is more than 65,536 messages or 64 MiB behind is passed over until it is half as far
 * behind. It sees that as a hole in the sequence, where the body has one; the feed counts it as {@code bus-consumer-slow} and tells it.
 * A consumer that does not return at all is found when it is four times as far behind. Then the addresses that its context consumes
 * are held: nothing more is published there, for nobody, until it has returned and worked off what was waiting, or is unregistered.
 * Meanwhile samples (the held messages 1, 2, 4, 8 …) are let through. Who must not depend on others takes a stream of the feed
 * itself, or an address of its own. See {@link io.firstline.bus.Outflow}.
 *
 * <p><b>Every message once.</b> A plain bus consumer gets what the bus brings: at most once. A
 * {@link io.firstline.bus.FeedSubscription} gets every message exactly once, in the order of each stream, on any node: it fills holes
 * from what the owner keeps ({@code retain}), leaves out what a new owner publishes again, takes a restart of the feed for what it is,
 * and tells what it could not get, in its place. Where only at least once can be promised, and what can be missing untold, stands at
 * {@link io.firstline.bus.Continuity}.
 */
package io.firstline.bus;
