package io.firstline.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.impl.clustered.NodeSelector;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hazelcast's members, and who consumes what, as Vert.x asks for it; made so that a member that is gone, hangs or was cut off holds up
 * nobody who publishes, and is not passed over when it is back. Called on Vert.x' and Hazelcast's threads; nobody waits in it.
 */
final class Members extends HazelcastClusterManager {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    private static final String OURS = "firstline.";
    private static final int MOST_NODES = 1_000;
    /** Beyond so many addresses those that nobody consumes are forgotten. */
    static final int MOST_ADDRESSES = 10_000;

    private static final int SHUTDOWN_TRIES = 10;
    /** Vert.x finds the number of a node here. */
    static final String NODE_ID = "__vertx.nodeId";

    /** What was asked for and is kept up to date since. */
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    private final Map<String, Set<RegistrationInfo>> foundLast = new ConcurrentHashMap<>();
    private final Map<String, NodeInfo> nodeInfos = new ConcurrentHashMap<>();
    private final AtomicBoolean looksAgain = new AtomicBoolean();
    /** Members that went before this node had told where it listens. */
    private final List<MembershipEvent> early = new ArrayList<>();

    private boolean told;
    private volatile NodeSelector selector;
    private volatile Vertx vertx;

    /** Of a Hazelcast that has joined; it is shut down when this leaves. */
    Members(HazelcastInstance hazelcast) {
        super(hazelcast);
    }

    @Override
    public void init(Vertx joining) {
        vertx = joining;
        super.init(joining);
    }

    /**
     * Who consumes an address is asked for once and then kept up to date, but that nobody does is not kept: each message would be asked
     * for anew, on another thread. So this node is named where nobody is. Firstline's addresses are few.
     */
    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        asked.add(address);
        find(address, promise);
    }

    private void find(String address, Completable<List<RegistrationInfo>> promise) {
        super.getRegistrations(address, (found, failure) -> {
            boolean nobody = failure == null && found.isEmpty() && address.startsWith(OURS);
            promise.complete(nobody ? List.of(nobody()) : found, failure);
        });
    }

    private RegistrationInfo nobody() {
        return new RegistrationInfo(getNodeId(), 0, true);
    }

    /** See {@link Clustering#lookUp}. */
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
     * Asks again for everything that was asked for, one by one. When parts of a cluster that was split have come together nobody is told
     * what the others have registered meanwhile; who was away would for ever be sent nothing, and send nothing.
     */
    void lookAgain() {
        NodeSelector keeps = selector;
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
            forget(address); // it is asked for anew when somebody publishes there
            lookAgain(keeps, rest);
            return;
        }
        find(address, (found, failure) -> {
            if (failure == null && asked.size() > MOST_ADDRESSES && found.equals(List.of(nobody()))) {
                forget(address);
                keeps.registrationsUpdated(new RegistrationUpdateEvent(address, List.of()));
            } else if (failure == null && isAsLast(address, Set.copyOf(found))) {
                // what is true for a moment, while the members take over from one that died, is not taken for true
                keeps.registrationsUpdated(new RegistrationUpdateEvent(address, found));
            }
            lookAgain(keeps, rest);
        });
    }

    private void forget(String address) {
        asked.remove(address);
        foundLast.remove(address);
    }

    /** How many addresses are kept up to date. */
    int addresses() {
        return asked.size();
    }

    /** Of how many nodes it is known where they listen. */
    int nodes() {
        return nodeInfos.size();
    }

    /** Where a node listens never changes: who has lost the connection to it needs nobody to find it again. */
    @Override
    public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
        NodeInfo known = nodeInfos.get(nodeId);
        if (known != null) {
            promise.succeed(known);
            return;
        }
        super.getNodeInfo(nodeId, (info, failure) -> {
            if (failure == null) {
                if (nodeInfos.size() >= MOST_NODES) {
                    nodeInfos.clear(); // each start is another node
                }
                nodeInfos.put(nodeId, info);
            }
            promise.complete(info, failure);
        });
    }

    @Override
    public synchronized void memberRemoved(MembershipEvent gone) {
        String nodeId = gone.getMember().getAttribute(NODE_ID);
        if (nodeId != null) {
            nodeInfos.remove(nodeId);
        }
        synchronized (early) {
            if (!told) { // where this node listens; what follows says that again, and fails if it is not known
                early.add(gone);
                return;
            }
        }
        if (isAlone(getHazelcastInstance())) {
            LOG.debug("{} hears no member any more", getNodeId()); // nobody keeps what would be corrected now
        } else {
            super.memberRemoved(gone);
        }
    }

    @Override
    public void setNodeInfo(NodeInfo info, Completable<Void> promise) {
        super.setNodeInfo(info, (nothing, failure) -> {
            List<MembershipEvent> gone;
            synchronized (early) {
                told = true;
                gone = List.copyOf(early);
                early.clear();
            }
            if (gone.isEmpty()) {
                promise.complete(null, failure);
            } else { // waits for other members
                vertx.<Void>executeBlocking(() -> {
                            gone.forEach(this::memberRemoved);
                            return null;
                        })
                        .onComplete((done, failed) -> promise.complete(null, failure));
            }
        });
    }

    /** Whether nobody is there who keeps anything: only nodes that listen. */
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

    /** Lets a Hazelcast leave its cluster; takes up to seconds. */
    static void shutDown(HazelcastInstance hazelcast) {
        for (int i = 1; hazelcast.getLifecycleService().isRunning(); i++) {
            try {
                hazelcast.getLifecycleService().shutdown();
            } catch (RejectedExecutionException e) { // it does that now and then, and is to be asked again
                if (i == SHUTDOWN_TRIES) {
                    hazelcast.getLifecycleService().terminate();
                }
            }
        }
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        super.registrationListener(listener);
        selector = listener instanceof NodeSelector picks ? picks : null;
    }
}
