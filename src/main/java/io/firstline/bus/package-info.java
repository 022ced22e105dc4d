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
 * <tr><td>{@code firstline.status}</td><td>request: the state of every feed of this node</td></tr>
 * </table>
 */
package io.firstline.bus;
