/**
 * Several nodes that carry the feeds together, so that a feed outlives its node.
 *
 * <p><b>Who is there</b> is kept by Hazelcast, embedded ({@link io.firstline.cluster.Clustering}, which alone knows it). <b>Who publishes
 * a feed</b> is not left to it: its maps answer on both sides of a network that is cut. A majority of the configured members lets one of
 * them have the feed for the length of a lease, again and again ({@link io.firstline.cluster.Voter}, {@link io.firstline.cluster.Candidate});
 * the part of the members that is no majority publishes nothing. Each owner has an epoch of its own, above all before it.
 *
 * <p><b>Each feed is received by several nodes.</b> The one that has the lease publishes, the others compare what they receive with what it
 * publishes. When it is killed, hangs, is cut off or stops, one of them gets the lease and publishes first what it has and the owner had
 * not published ({@code io.firstline.bus.Replica}). A process that was frozen publishes nothing when it goes on: its lease is looked at for
 * every message.
 *
 * <p><b>Who can take over without a loss</b> is warm, and says so in its status: it hears the owner, lacks nothing of what that has
 * published ({@code io.firstline.bus.Lacking}), receives the feed itself, and the two overlap ({@code io.firstline.bus.OwnLine}). A warm one
 * goes first; who receives nothing comes last. An owner that receives nothing any more hands the feed to a warm one, or after some seconds
 * to any that receives it. Where the new owner knows to lack something, it goes on from there, under numbers that consumers have: they
 * know by that what comes again.
 *
 * <p><b>What a consumer can rely on</b>, if it reads with {@link io.firstline.bus.FeedSubscription}: every message once, in the order of its
 * stream, through the death of an owner, as long as the node that takes over was warm. If none was (all nodes were started anew, or two
 * failed within the moment that a new one needs to become warm), messages may be missing that only the dead had, and what the new owner
 * had not received while it was disconnected comes later than what is younger, if another has it. If a feed had no owner for more than ten
 * seconds, what is older is missing. Where the venue gives no keys and sends the same bytes again within ten seconds, one may be taken for
 * the other if the new owner had connected within the last ten. Who reads the bus without a subscription gets again what the new owner did
 * not know to be published: seldom more than what came in the last moments, but up to ten seconds of it if it heard nothing of the owner
 * while that went on, which it does not notice.
 *
 * <p>A feed goes back to the member that comes first for it when that one has been warm for 20 seconds, one feed a second, without a loss:
 * after a restart of all nodes, one by one, each carries its part again.
 *
 * <p>A stream that was subscribed by a command is subscribed by every node that receives the feed: the owner tells the others, at once and
 * every second. A command that it carried out just before it died may be unknown to them: whoever gave it gives it again when it hears
 * {@code owner-changed}.
 *
 * <p><b>Who can do what.</b> Without {@code tls} whoever can connect to the event bus' port can publish anything, at any address: messages
 * of a feed, commands to it, votes. The secret does not keep it out, it only keeps other nodes from joining. Therefore a {@code host} that
 * other machines can reach needs {@code tls}, which lets in only who has a certificate of the authority, or the word
 * {@code allowPlaintext}. Nobody can make a node keep more than a bound ({@link io.firstline.cluster.FrameGuard} on the event bus' port,
 * {@link io.firstline.cluster.HazelcastNode} on the other): memory is taken for bytes that have come, never for bytes that were announced, and
 * what is no message closes its connection. A connection that says nothing for ten seconds is closed. No object is built from what comes
 * over the bus but JSON, buffers, texts and {@link io.firstline.stream.FeedMessage}, and none from what comes to Hazelcast but its own
 * classes and plain ones of Java. On one machine every user of it can connect.
 *
 * <p>A node that has seen no majority for ten seconds says so in its log ({@link io.firstline.cluster.MajorityWatch}), in its status, at
 * {@code /health/ready} and in metrics ({@link io.firstline.bus.ClusterFacts}).
 *
 * <p>Hazelcast's traffic is not encrypted, which its open-source edition cannot do. It holds addresses of nodes and names of feeds; keep it
 * on one machine or a private network. Messages go over the event bus' own sockets, with TLS and client certificates if configured.
 */
package io.firstline.cluster;
