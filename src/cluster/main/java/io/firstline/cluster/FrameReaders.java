package io.firstline.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.firstline.bus.Addresses;
import io.firstline.cluster.fanout.FramedAddress;
import io.firstline.cluster.fanout.NodeFrames;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides the consumers of an address: nodes that read frames get its messages in frames of this node, all others from the event
 * bus. A node reads frames always or never, as it says when it joins. So no message reaches it in both ways, or in neither,
 * whenever consumers become known. Thread-safe.
 */
final class FrameReaders {
    private static final Logger LOG = LoggerFactory.getLogger(FrameReaders.class);
    /** The attribute of a node that reads frames on separate connections: their version. */
    static final String ATTRIBUTE = "firstline.frames.2";

    private static final int MOST_NODES = 1_000;

    private final HazelcastInstance hazelcast;
    private final NodeFrames frames;
    /** The last known consumers of an address. */
    private final Map<String, List<RegistrationInfo>> consumers = new ConcurrentHashMap<>();

    private final Map<String, Boolean> readsFrames = new ConcurrentHashMap<>();

    FrameReaders(HazelcastInstance hazelcast, NodeFrames frames) {
        this.hazelcast = hazelcast;
        this.frames = frames;
    }

    /** Returns the last known consumers of an address; null = not known, or its messages are never sent in frames. */
    List<RegistrationInfo> consumers(String address) {
        return consumers.get(address);
    }

    /**
     * Takes the consumers of an address.
     *
     * @param nobody stands for no consumer
     * @return those for the event bus
     */
    List<RegistrationInfo> divide(String address, List<RegistrationInfo> found, RegistrationInfo nobody) {
        if (!Addresses.isFramed(address)) {
            return found;
        }
        consumers.put(address, found); // before the look at the frames: they may begin now
        FramedAddress framed = frames.framed(address);
        if (framed == null) {
            return found;
        }
        Map<Boolean, List<RegistrationInfo>> reads = found.stream()
                .collect(Collectors.partitioningBy(consumer -> !consumer.localOnly()
                        && !consumer.nodeId().equals(nobody.nodeId())
                        && readsFrames(consumer.nodeId())));
        framed.nodes(reads.get(true).stream()
                .map(RegistrationInfo::nodeId)
                .distinct()
                .toList());
        return reads.get(false).isEmpty() ? List.of(nobody) : reads.get(false);
    }

    private boolean readsFrames(String node) {
        Boolean known = readsFrames.get(node);
        if (known == null) {
            known = ask(node);
            if (known != null) {
                if (readsFrames.size() >= MOST_NODES) {
                    readsFrames.clear(); // each start is another node
                }
                readsFrames.put(node, known);
            }
        }
        return Boolean.TRUE.equals(known);
    }

    /** Null = it is not known: the node is no member, or this one leaves. */
    private Boolean ask(String node) {
        try {
            return hazelcast.getCluster().getMembers().stream()
                    .filter(member -> node.equals(member.getAttribute(FeedClusterManager.NODE_ID)))
                    .findAny()
                    .map(FrameReaders::readsFrames)
                    .orElse(null);
        } catch (HazelcastInstanceNotActiveException e) {
            LOG.trace("{} is not looked up", node, e);
            return null;
        }
    }

    private static boolean readsFrames(Member member) {
        return member.getAttribute(ATTRIBUTE) != null;
    }

    /** A node has left. */
    void gone(String nodeId) {
        frames.gone(nodeId);
    }

    /** The consumers of an address are not followed any more. */
    void forget(String address) {
        consumers.remove(address);
        FramedAddress framed = frames.framed(address);
        if (framed != null) {
            framed.nodes(null);
        }
    }
}
