package io.firstline.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.partition.NoDataMemberInClusterException;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.impl.clustered.NodeSelector;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.StreamSupport;

/**
 * Hazelcast's members, and who consumes what, as Vert.x asks for it; made so that a member that is gone, hangs or was cut off holds up
 * nobody who publishes, and is not passed over when it is back. Called on Vert.x' and Hazelcast's threads; nobody waits in it.
 */
final class Members extends HazelcastClusterManager {
    private static final String OURS = "firstline.";
    private static final int MOST_NODES = 1_000;

    /** What was asked for and is kept up to date since. */
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    private final Map<String, Set<RegistrationInfo>> foundLast = new ConcurrentHashMap<>();
    private final Map<String, NodeInfo> nodeInfos = new ConcurrentHashMap<>();
    private final AtomicBoolean looksAgain = new AtomicBoolean();
    private volatile NodeSelector selector;

    Members(Config config) {
        super(config);
    }

    /**
     * Who consumes an address is asked for once and then kept up to date, but that nobody does is not kept: each message would be asked
     * for anew, on another thread. So this node is named where nobody is. Firstline's addresses are few.
     */
    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        asked.add(address);
        super.getRegistrations(address, (found, failure) -> {
            boolean nobody = failure == null && found.isEmpty() && address.startsWith(OURS);
            promise.complete(nobody ? List.of(new RegistrationInfo(getNodeId(), 0, true)) : found, failure);
        });
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
        getRegistrations(address, (found, failure) -> {
            // what is true for a moment, while the members take over from one that died, is not taken for true
            if (failure == null && isAsLast(address, Set.copyOf(found))) {
                keeps.registrationsUpdated(new RegistrationUpdateEvent(address, found));
            }
            lookAgain(keeps, rest);
        });
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

    /** One that only listens has nothing to listen to where it is alone, and would look for others until its requests time out. */
    @Override
    public void join(Completable<Void> joined) {
        super.join((nothing, failure) -> {
            if (failure != null) {
                joined.fail(failure);
            } else if (getHazelcastInstance().getCluster().getMembers().stream().allMatch(Member::isLiteMember)) {
                leave((left, e) -> joined.fail(new NoDataMemberInClusterException("alone")));
            } else {
                joined.succeed();
            }
        });
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        super.registrationListener(listener);
        selector = listener instanceof NodeSelector picks ? picks : null;
    }
}
