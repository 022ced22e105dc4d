package io.firstline.cluster;

import io.vertx.core.spi.cluster.NodeInfo;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The addresses of the event buses of other nodes. The name of the node at an address is remembered after the node has left: its
 * connection may end later than that, and a node that starts again there has the same name. Thread-safe.
 */
final class BusPeers {
    private static final int MOST = 1_000;

    /** By node id, for members. */
    private final Map<String, NodeInfo> infos = new ConcurrentHashMap<>();
    /** By host and port of the event bus. */
    private final Map<String, String> names = new ConcurrentHashMap<>();

    /**
     * The address of a member is known.
     *
     * @param name that of the node; its id = not known yet
     */
    void found(String nodeId, String name, NodeInfo info) {
        if (infos.size() >= MOST) {
            infos.clear(); // each start is another node
        }
        infos.put(nodeId, info);
        if (!name.equals(nodeId)) {
            if (names.size() >= MOST) {
                names.clear();
            }
            names.put(place(info.host(), info.port()), name);
        }
    }

    /** A member has left. */
    void left(String nodeId) {
        infos.remove(nodeId);
    }

    /** Returns the address of a member; null = not known. */
    NodeInfo info(String nodeId) {
        return infos.get(nodeId);
    }

    /** Returns the name of the node that is or was last at an address; null = not known. */
    String nameAt(InetSocketAddress address) {
        String name = names.get(place(address.getHostString(), address.getPort()));
        return name != null || address.isUnresolved()
                ? name
                : names.get(place(address.getAddress().getHostAddress(), address.getPort()));
    }

    /** Returns the number of members whose address is known. */
    int size() {
        return infos.size();
    }

    private static String place(String host, int port) {
        return host + ":" + port;
    }
}
