package io.firstline.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import io.firstline.config.cluster.ClusterConfig;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration of Hazelcast. It has no other: no file, no multicast, bound only to the configured host. */
final class HazelcastSettings {
    /**
     * A node that hangs stops being a member after this many seconds. Feeds do not wait for that, because leases are
     * much shorter. A node that returns earlier need not join again; joining stops the bus of all nodes for seconds
     * while members disagree about the membership.
     */
    private static final int GONE_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(HazelcastSettings.class);
    private static final String LOGGING = "hazelcast.logging.type";
    private static final String LOGGING_BY = "slf4j";

    private static final Map<String, Integer> PROPERTIES = Map.ofEntries(
            Map.entry("hazelcast.wait.seconds.before.join", 0),
            Map.entry("hazelcast.heartbeat.interval.seconds", 1),
            Map.entry("hazelcast.max.no.heartbeat.seconds", GONE_SECONDS),
            // interval at which two halves of a split cluster look for each other; the default is five minutes
            Map.entry("hazelcast.merge.first.run.delay.seconds", 3),
            Map.entry("hazelcast.merge.next.run.delay.seconds", 3),
            Map.entry("hazelcast.graceful.shutdown.max.wait", 2),
            Map.entry("hazelcast.socket.connect.timeout.seconds", 2),
            Map.entry("hazelcast.operation.call.timeout.millis", 10_000),
            // the longest wait for a backup on a member that hangs
            Map.entry("hazelcast.operation.backup.timeout.millis", 1_000),
            // a few hundred entries need neither the usual 271 partitions nor a thread for each core
            Map.entry("hazelcast.partition.count", 31),
            Map.entry("hazelcast.operation.thread.count", 2),
            Map.entry("hazelcast.operation.generic.thread.count", 2),
            Map.entry("hazelcast.event.thread.count", 1),
            Map.entry("hazelcast.io.thread.count", 1));

    private HazelcastSettings() {}

    /** Makes its first lines go to our log, too: it writes them before it reads a configuration. */
    static void logToSlf4j() {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, LOGGING_BY);
        }
    }

    /** Returns the configuration of a node. Blocks for the name service. */
    static Config of(ClusterConfig config, JoinAddresses addresses) {
        InetAddress address = ownAddress(config.host());
        Config hazelcast = new Config(config.secretName() + "/" + config.self())
                .setClusterName(config.secretName())
                .setProperty(LOGGING, LOGGING_BY)
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                // otherwise it would listen on every interface
                .setProperty("hazelcast.socket.bind.any", "false")
                .setLiteMember(!config.isMember())
                .setProperty("hazelcast.prefer.ipv4.stack", Boolean.toString(!(address instanceof Inet6Address)));
        PROPERTIES.forEach((name, value) -> hazelcast.setProperty(name, value.toString()));
        hazelcast
                .getMemberAttributeConfig()
                .setAttribute(FeedClusterManager.NODE_ID, UUID.randomUUID().toString())
                .setAttribute(FeedClusterManager.MEMBER_NAME, config.self())
                .setAttribute(FrameReaders.ATTRIBUTE, "2");
        network(hazelcast.getNetworkConfig(), config, address);
        hazelcast.getNetworkConfig().getJoin().setTcpIpConfig(addresses);
        hazelcast.getSerializationConfig().setJavaSerializationFilterConfig(permitted());
        // two copies: otherwise, while registrations are repeated after the death of a member, some consumers would
        // be missed
        hazelcast.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        hazelcast.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
        hazelcast.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
        return hazelcast;
    }

    private static void network(NetworkConfig network, ClusterConfig config, InetAddress own) {
        network.setPort(config.port());
        if (config.isMember()) {
            network.setPortAutoIncrement(false);
        } else {
            network.setPortAutoIncrement(true).setPortCount(1_000);
        }
        // not by an interface: Hazelcast would also use it as a filter of the other members' names
        network.getMemberAddressProviderConfig().setEnabled(true).setImplementation(new OwnAddress(own));
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
    }

    /** This node's own address, without the port, which is configured. */
    private record OwnAddress(InetAddress address) implements MemberAddressProvider {
        @Override
        public InetSocketAddress getBindAddress() {
            return new InetSocketAddress(address, 0);
        }

        @Override
        public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
            return getBindAddress();
        }

        @Override
        public InetSocketAddress getPublicAddress() {
            return getBindAddress();
        }

        @Override
        public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
            return getBindAddress();
        }
    }

    /** Resolves the configured host to an address of this machine. Blocks for the name service. */
    private static InetAddress ownAddress(String host) {
        String found = "cluster host: found \"" + host + "\"";
        String allowed = ", allowed: a name or address of this machine";
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(found + ", which is unknown" + allowed, e);
        }
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            LOG.debug("{} is {}, port {} is free there", host, address, socket.getLocalPort());
        } catch (IOException e) {
            throw new IllegalStateException(
                    found + ", which is " + address.getHostAddress() + " and not of this machine" + allowed, e);
        }
        return address;
    }

    /** Without this filter, anyone who connects to the port could make this JVM create objects of any class. */
    private static JavaSerializationFilterConfig permitted() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.getWhitelist()
                .addPrefixes("com.hazelcast.", "io.vertx.spi.cluster.hazelcast.")
                // exceptions, numbers, texts, lists: members report failures to each other
                .addPackages("java.lang", "java.util", "java.util.concurrent", "java.io");
        return filter;
    }
}
