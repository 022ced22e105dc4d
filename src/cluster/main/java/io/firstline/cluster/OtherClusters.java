package io.firstline.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.cluster.Joiner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds configured members that belong to another cluster, as far as that is visible from outside. Blocks. */
final class OtherClusters {
    private static final int PROBE_TIMEOUT_MS = 500;

    private OtherClusters() {}

    /** Returns the error about members that belong to another cluster. */
    static String error(String self, Collection<String> members) {
        return self + " is rejected by " + members + ": the cluster's \"name\" or \"secret\" differs there";
    }

    /** Returns the members at whose port something listens. */
    static List<String> listening(Collection<String> members) {
        return members.stream().filter(OtherClusters::listens).toList();
    }

    /**
     * Returns the members of another cluster: those that rejected this node and, if there is one, those that listen
     * and have not admitted it. Resolves names and connects to ports: do not call it on an event loop.
     */
    static List<String> among(Collection<String> members, HazelcastInstance hazelcast) {
        if (!(hazelcast instanceof HazelcastInstanceProxy instance
                && instance.getLifecycleService().isRunning())) {
            return List.of();
        }
        Joiner joiner = instance.getOriginal().node.getJoiner();
        if (members.stream().noneMatch(member -> isRefused(joiner, member))) {
            return List.of(); // those that listen may not have found each other yet
        }
        Set<Address> joined = instance.getCluster().getMembers().stream()
                .map(Member::getAddress)
                .collect(Collectors.toSet());
        return members.stream()
                .filter(member -> isRefused(joiner, member) || (!isIn(joined, member) && listens(member)))
                .toList();
    }

    private static boolean isIn(Set<Address> joined, String member) {
        try {
            return joined.contains(addressOf(member));
        } catch (UnknownHostException e) {
            return false; // nor does it listen
        }
    }

    private static boolean isRefused(Joiner joiner, String member) {
        try {
            Address address = addressOf(member);
            joiner.unblacklist(address); // removes unreachable members from the list, and only those
            return joiner.isBlacklisted(address);
        } catch (UnknownHostException e) {
            return false; // it is unreachable
        }
    }

    private static boolean listens(String member) {
        try (Socket socket = new Socket()) {
            Address address = addressOf(member);
            socket.connect(new InetSocketAddress(address.getInetAddress(), address.getPort()), PROBE_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false; // this is the answer
        }
    }

    private static Address addressOf(String member) throws UnknownHostException {
        int colon = member.lastIndexOf(':');
        String host = member.substring(0, colon);
        return new Address(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(member.substring(colon + 1)));
    }
}
