package io.firstline.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.firstline.bus.publish.FanOut;
import io.firstline.cluster.fanout.NodeFrames;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.impl.clustered.NodeSelector;
import io.vertx.core.net.NetClient;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hazelcast's members and the consumers of addresses, for Vert.x. A member that is gone, hangs or was cut off does
 * not delay publishers, and is found again when it returns. Called on threads of Vert.x and Hazelcast; does not
 * block.
 */
final class FeedClusterManager extends HazelcastClusterManager {
    private static final Logger LOG = LoggerFactory.getLogger(FeedClusterManager.class);
    private static final String OURS = "firstline.";
    private static final int MOST_NODES = 1_000;
    /** Above this number, addresses without consumers are forgotten. */
    static final int MOST_ADDRESSES = 10_000;

    private static final int SHUTDOWN_TRIES = 10;
    /** The attribute in which Vert.x finds the id of a node. */
    static final String NODE_ID = "__vertx.nodeId";
    /** The attribute in which a node has its {@code host:port}. */
    static final String MEMBER_NAME = "firstline.node";

    private final OwnRegistrations own = new OwnRegistrations(new OwnRegistrations.Registry() {
        @Override
        public void add(String address, RegistrationInfo consumer, Completable<Void> done) {
            FeedClusterManager.super.addRegistration(address, consumer, done);
        }

        @Override
        public void remove(String address, RegistrationInfo consumer, Completable<Void> done) {
            FeedClusterManager.super.removeRegistration(address, consumer, done);
        }
    });

    /** The addresses that were looked up and are kept up to date. */
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    private final Map<String, Set<RegistrationInfo>> foundLast = new ConcurrentHashMap<>();
    private final BusPeers peers = new BusPeers();
    private final AtomicBoolean looksAgain = new AtomicBoolean();
    /** Members that left before this node had published its address. */
    private final List<MembershipEvent> early = new ArrayList<>();

    /** Keeps updates in order. Not this object: it is locked while members join and leave, which takes seconds. */
    private final Object updating = new Object();

    private boolean reported;
    private volatile Consumer<String> closedByPeer = member -> {};
    private volatile ControlLink controlLink;
    private volatile NodeSelector selector;
    private volatile Vertx vertx;
    /** Null = this node sends no frames yet. */
    private volatile FrameReaders frameReaders;

    private volatile NetClient framesClient;

    private final UnwrittenMessages unwritten;

    /**
     * Wraps a Hazelcast that has joined; it is shut down when this leaves.
     *
     * @param unwritten learns when the address of a node is not found
     */
    FeedClusterManager(HazelcastInstance hazelcast, UnwrittenMessages unwritten) {
        super(hazelcast);
        this.unwritten = unwritten;
    }

    @Override
    public void init(Vertx joining) {
        vertx = joining;
        super.init(joining);
    }

    /**
     * The consumers of an address are looked up once and then kept up to date, but Vert.x does not cache an empty
     * result: it would look up every message again, on another thread. So this node is returned as a consumer where
     * there is none. Firstline's addresses are few.
     */
    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        asked.add(address);
        List<RegistrationInfo> before = known(address);
        find(
                address,
                (found, failure) -> promise.complete(failure == null ? newest(address, before, found) : null, failure));
    }

    /** Returns the consumers for the event bus, those of an update if there was one while they were looked up. */
    private List<RegistrationInfo> newest(String address, List<RegistrationInfo> before, List<RegistrationInfo> found) {
        synchronized (updating) {
            List<RegistrationInfo> now = known(address);
            return forBus(address, now == null || now == before ? found : now);
        }
    }

    private List<RegistrationInfo> known(String address) {
        FrameReaders divides = frameReaders;
        return divides == null ? null : divides.consumers(address);
    }

    /**
     * Sends frames from now on.
     *
     * @param client connects to the event bus of other nodes
     */
    NodeFrames open(NetClient client) {
        NodeFrames frames = new NodeFrames(vertx, this::nowFramed, this::nameOf, nodeId -> where(nodeId)
                .compose(node -> client.connect(node.port(), node.host())));
        frameReaders = new FrameReaders(getHazelcastInstance(), frames);
        framesClient = client;
        FanOut.set(vertx, frames);
        return frames;
    }

    /** Returns what connects to other nodes for frames; null = this node sends none yet. */
    NetClient framesClient() {
        return framesClient;
    }

    /** An address of this node gets frames: its known consumers are divided again. */
    private void nowFramed(String address) {
        synchronized (updating) {
            List<RegistrationInfo> known = frameReaders.consumers(address);
            NodeSelector picks = selector;
            if (known != null && picks != null) {
                update(picks, new RegistrationUpdateEvent(address, known));
            }
        }
    }

    private void update(RegistrationListener bus, RegistrationUpdateEvent event) {
        String address = event.address();
        synchronized (updating) {
            bus.registrationsUpdated(new RegistrationUpdateEvent(address, forBus(address, event.registrations())));
        }
    }

    private List<RegistrationInfo> forBus(String address, List<RegistrationInfo> found) {
        FrameReaders divides = frameReaders;
        return divides == null ? found : divides.divide(address, found, nobody());
    }

    private void find(String address, Completable<List<RegistrationInfo>> promise) {
        super.getRegistrations(address, (found, failure) -> {
            boolean nobody = failure == null && found.isEmpty() && address.startsWith(OURS);
            promise.complete(nobody ? List.of(nobody()) : found, failure);
        });
    }

    private String nameOf(String nodeId) {
        try {
            return getHazelcastInstance().getCluster().getMembers().stream()
                    .filter(member -> nodeId.equals(member.getAttribute(NODE_ID)))
                    .map(member -> member.getAttribute(MEMBER_NAME))
                    .filter(Objects::nonNull)
                    .findAny()
                    .orElse(nodeId);
        } catch (HazelcastInstanceNotActiveException e) {
            LOG.trace("the name of {} is not known", nodeId, e);
            return nodeId;
        }
    }

    private RegistrationInfo nobody() {
        return new RegistrationInfo(getNodeId(), 0, true);
    }

    /** See {@link HazelcastCluster#whenClosedByPeer}. */
    void whenClosedByPeer(Consumer<String> handler) {
        closedByPeer = handler;
    }

    /** See {@link HazelcastCluster#controlLink}. */
    void controlLink(ControlLink link) {
        controlLink = link;
    }

    ControlLink controlLink() {
        return controlLink;
    }

    /** The node at this address has closed, or reset, a connection of the event bus to it. */
    void closedByPeer(InetSocketAddress address) {
        String name = peers.nameAt(address);
        if (name != null) {
            closedByPeer.accept(name);
        }
    }

    @Override
    public void addRegistration(String address, RegistrationInfo consumer, Completable<Void> done) {
        own.add(address, consumer, done);
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo consumer, Completable<Void> done) {
        own.remove(address, consumer, done);
    }

    /** See {@link HazelcastCluster#lookUp}. */
    Future<Void> lookUp(String address) {
        NodeSelector picks = selector;
        if (picks == null) {
            return Future.succeededFuture(); // it has left
        }
        Promise<Iterable<String>> nodes = Promise.promise();
        picks.selectForPublish(address, nodes);
        return nodes.future()
                .compose(found -> Future.join(StreamSupport.stream(found.spliterator(), false)
                        .map(this::where)
                        .toList()))
                .otherwiseEmpty()
                .mapEmpty();
    }

    private Future<NodeInfo> where(String nodeId) {
        Promise<NodeInfo> info = Promise.promise();
        getNodeInfo(nodeId, info);
        return info.future();
    }

    /**
     * Looks up all known addresses again, one by one, and repeats this node's registrations. When the parts of a split cluster merge, no node is notified of
     * the other part's new registrations; without this, a node that was cut off would not send or receive again.
     */
    void lookAgain() {
        NodeSelector keeps = selector;
        if (keeps != null) {
            own.repeat();
        }
        if (keeps != null && looksAgain.compareAndSet(false, true)) {
            lookAgain(keeps, asked.iterator());
        }
    }

    private boolean isAsLast(String address, Set<RegistrationInfo> found) {
        return found.equals(foundLast.put(address, found));
    }

    private void lookAgain(NodeSelector keeps, Iterator<String> rest) {
        if (!rest.hasNext()) {
            looksAgain.set(false);
            return;
        }
        String address = rest.next();
        if (!keeps.wantsUpdatesFor(address)) {
            forget(address); // it is looked up again at the next message
            lookAgain(keeps, rest);
            return;
        }
        find(address, (found, failure) -> {
            if (failure == null && asked.size() > MOST_ADDRESSES && found.equals(List.of(nobody()))) {
                forget(address);
                keeps.registrationsUpdated(new RegistrationUpdateEvent(address, List.of()));
            } else if (failure == null && isAsLast(address, Set.copyOf(found))) {
                // a registration is missing briefly while members take over from a dead one: act only if two look-ups
                // agree
                update(keeps, new RegistrationUpdateEvent(address, found));
            }
            lookAgain(keeps, rest);
        });
    }

    private void forget(String address) {
        asked.remove(address);
        foundLast.remove(address);
        if (frameReaders != null) {
            frameReaders.forget(address);
        }
    }

    /** The number of addresses that are kept up to date. */
    int addresses() {
        return asked.size();
    }

    /** The number of nodes whose address is known. */
    int nodes() {
        return peers.size();
    }

    /** A node's address never changes, so a lost connection needs no new look-up. */
    @Override
    public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
        NodeInfo known = peers.info(nodeId);
        if (known != null) {
            promise.succeed(known);
            return;
        }
        super.getNodeInfo(nodeId, (info, failure) -> {
            if (failure == null) {
                peers.found(nodeId, nameOf(nodeId), info);
            } else {
                unwritten.connectionEnded();
            }
            promise.complete(info, failure);
        });
    }

    @Override
    public synchronized void memberAdded(MembershipEvent joined) {
        own.membersChanged();
        super.memberAdded(joined);
    }

    @Override
    public synchronized void memberRemoved(MembershipEvent gone) {
        own.membersChanged();
        String nodeId = gone.getMember().getAttribute(NODE_ID);
        if (nodeId != null) {
            peers.left(nodeId);
            FrameReaders divides = frameReaders;
            if (divides != null) {
                divides.gone(nodeId);
            }
        }
        synchronized (early) {
            if (!reported) { // the call below publishes this node's address again, and fails if it is not known
                early.add(gone);
                return;
            }
        }
        if (isAlone(getHazelcastInstance())) {
            LOG.debug("{} hears no member any more", getNodeId()); // no member keeps what would be corrected now
        } else {
            super.memberRemoved(gone);
        }
    }

    /**
     * Publishes this node's address instead of its name: the others may remember an older address of the name for as
     * long as their name service allows.
     */
    private NodeInfo withAddress(NodeInfo info) {
        InetAddress own;
        try {
            own = getHazelcastInstance()
                    .getCluster()
                    .getLocalMember()
                    .getAddress()
                    .getInetAddress();
        } catch (UnknownHostException e) {
            LOG.warn("the event bus of this node is found by its name {} only", info.host(), e);
            return info;
        }
        return new NodeInfo(own.getHostAddress(), info.port(), info.metadata());
    }

    @Override
    public void setNodeInfo(NodeInfo given, Completable<Void> promise) {
        NodeInfo info = withAddress(given);
        super.setNodeInfo(info, (nothing, failure) -> {
            List<MembershipEvent> gone;
            synchronized (early) {
                reported = true;
                gone = List.copyOf(early);
                early.clear();
            }
            if (gone.isEmpty()) {
                promise.complete(null, failure);
            } else { // blocks for other members
                vertx.<Void>executeBlocking(() -> {
                            gone.forEach(this::memberRemoved);
                            return null;
                        })
                        .onComplete((done, failed) -> promise.complete(null, failure));
            }
        });
    }

    /** See {@link HazelcastCluster#joined}. */
    Set<String> owners() {
        return getHazelcastInstance().getCluster().getMembers().stream()
                .filter(member -> !member.isLiteMember())
                .map(member -> member.getAttribute(MEMBER_NAME))
                .filter(Objects::nonNull)
                .limit(MOST_NODES)
                .collect(Collectors.toSet());
    }

    /** Returns whether no member keeps data: only listeners are present. */
    static boolean isAlone(HazelcastInstance hazelcast) {
        return hazelcast.getCluster().getMembers().stream().allMatch(Member::isLiteMember);
    }

    @Override
    public void leave(Completable<Void> left) {
        selector = null;
        super.leave((nothing, failure) -> vertx.<Void>executeBlocking(() -> {
                    shutDown(getHazelcastInstance());
                    return null;
                })
                .onComplete(left));
    }

    /** Makes a Hazelcast leave its cluster; takes up to seconds. */
    static void shutDown(HazelcastInstance hazelcast) {
        for (int i = 1; hazelcast.getLifecycleService().isRunning(); i++) {
            try {
                hazelcast.getLifecycleService().shutdown();
            } catch (RejectedExecutionException e) { // it does that at times and must be called again
                if (i == SHUTDOWN_TRIES) {
                    hazelcast.getLifecycleService().terminate();
                }
            }
        }
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        super.registrationListener(new RegistrationListener() {
            @Override
            public boolean wantsUpdatesFor(String address) {
                return listener.wantsUpdatesFor(address);
            }

            @Override
            public void registrationsUpdated(RegistrationUpdateEvent event) {
                update(listener, event);
            }
        });
        selector = listener instanceof NodeSelector picks ? picks : null;
    }
}
