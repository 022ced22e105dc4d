/**
 * Several nodes that carry the feeds together, so that a feed survives the loss of its node.
 *
 * <p><b>Membership</b> is tracked by embedded Hazelcast ({@link io.firstline.cluster.HazelcastCluster}; no
 * other package uses it). <b>Ownership</b> of a feed does not depend on it, because its maps are writable on both sides
 * of a network partition. A majority of the configured members grants one of them the feed for the length of a lease,
 * again and again ({@link io.firstline.cluster.LeaseAcceptor}, {@link io.firstline.cluster.LeaseProposer}). A minority publishes
 * nothing. {@link io.firstline.cluster.LeaseNode} holds all decisions of a member about leases.
 * Each owner has an epoch, greater than all before it.
 *
 * <p><b>Several nodes receive each feed.</b> The owner of the lease publishes; the others compare what they receive
 * with what it publishes. When the owner is killed, hangs, is cut off or stops, another node acquires the lease. It
 * first publishes messages that it has and the owner had not published ({@link io.firstline.cluster.ReplicaCore}). A process
 * that was frozen publishes nothing when it continues, because it checks its lease for every message.
 *
 * <p><b>Evidence.</b> A process that has ended frees its leases at once: the kernel closes its connections, and its
 * port refuses new ones ({@link io.firstline.cluster.DeathProbe}). A member listens on that port until it can publish
 * nothing more. An owner that does not receive the exchange is found by a warm node that receives messages and has
 * heard everything from the owner except those ({@link io.firstline.cluster.HandOverPolicy}).
 *
 * <p><b>Load</b> alone moves no feed. Leases have their own connections and event loop ({@link
 * io.firstline.cluster.ControlLink}, {@link io.firstline.cluster.LeaseLoop}). A node whose feeds are late omits a part
 * of its work as a standby ({@link io.firstline.cluster.OverloadPolicy}), and is not warm then.
 *
 * <p><b>Lines.</b> Each node that receives a feed also publishes what its own pools merged, while a subscription wants
 * it ({@link io.firstline.cluster.NodeLine}). A subscription with {@link io.firstline.replay.Failover#MERGED}
 * arbitrates between these lines and needs no lease.
 *
 * <p><b>Frames.</b> Messages of a feed's address go to other nodes in frames of many messages
 * ({@link io.firstline.cluster.fanout.NodeFrames}). {@link io.firstline.cluster.FeedClusterManager} tells the event bus only of the consumers
 * that read none.
 *
 * <p><b>A warm node</b> can take over without a loss, and reports that in its status. It hears the owner, has
 * everything that the owner has published ({@link io.firstline.cluster.MissingRanges}), receives the feed itself, and the two
 * overlap ({@link io.firstline.cluster.StandbyReadiness}). Warm nodes claim a feed first, nodes that do not receive it last. An
 * owner that receives nothing hands the feed to a warm node, or after some seconds to any node that receives it. A
 * new owner that knows to have a hole continues from the hole, under numbers that consumers already have, so that
 * they recognise repeats.
 *
 * <p><b>Guarantees to a consumer</b> that reads with {@link io.firstline.replay.FeedSubscription}: every message once,
 * in the order of its stream, through the death of an owner, if the node that takes over was warm. The exceptions:
 * <ul>
 * <li>No node was warm, because all nodes were restarted, or two failed within the moment that a new one needs to
 *     become warm. Then messages that only the dead nodes had may be missing. Messages that the new owner did not
 *     receive may arrive after younger ones, if another node has them, and equal messages in another order. A new owner
 *     that does not know where the last one began publishes nothing that may repeat a message of the one before: it
 *     waits until it receives that itself.
 * <li>A feed had no owner for more than ten seconds, or the next one had no room to keep what came meanwhile: older
 *     messages are missing. The next owner leaves a number out for each, and names it, so that consumers that do not have
 *     it report it as lost.
 * <li>The venue has no keys and repeats the same bytes within ten seconds: one message may be taken for the other if
 *     the new owner connected within the last ten seconds.
 * <li>A consumer that reads the bus without a subscription gets again what the new owner did not know to be
 *     published: usually the messages of the last moments. If the new owner received nothing from the old one without
 *     noticing, the repeats cover up to ten seconds.
 * </ul>
 *
 * <p>A feed returns to its preferred member after that one has been warm for 20 seconds, one feed a second, without a
 * loss: after a rolling restart each node carries its feeds again.
 *
 * <p>A command subscribes a stream on every node that receives the feed: the owner sends it to the others, at once
 * and every second. They may not know a command that the owner carried out just before it died; its sender must
 * repeat it after an event {@code owner-changed}.
 *
 * <p><b>Security.</b> Without {@code tls}, anyone who can connect to the event bus' port can publish anything at any
 * address: messages of a feed, commands to it, votes. The secret does not prevent that; it only keeps other nodes
 * from joining. Therefore a {@code host} that other machines can reach needs {@code tls}, which admits only peers
 * with a certificate of the authority, or {@code allowPlaintext}.
 *
 * <p>No peer can make a node use more memory than a limit ({@link io.firstline.cluster.FrameGuard} on the event bus'
 * port, {@link io.firstline.cluster.HazelcastNode} on the other). Memory is allocated for received bytes, never for
 * announced ones, and invalid data closes its connection. A connection without data for ten seconds is closed. The
 * bus creates no objects from received data except JSON, buffers, texts and {@link io.firstline.stream.FeedMessage};
 * Hazelcast creates only its own classes and plain classes of Java. On one machine every user of it can connect.
 *
 * <p>A node without a majority for ten seconds reports that in its log ({@link io.firstline.cluster.MajorityWatch}),
 * in its status, at {@code /health/ready} and in metrics ({@link io.firstline.deploy.node.ClusterFacts}).
 *
 * <p>Hazelcast's open-source edition cannot encrypt its traffic, which contains addresses of nodes and names of
 * feeds: keep it on one machine or in a private network. Messages use the event bus' own sockets, with TLS and client
 * certificates if configured.
 */
package io.firstline.cluster;
