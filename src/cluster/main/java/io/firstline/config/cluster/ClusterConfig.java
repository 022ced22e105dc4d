package io.firstline.config.cluster;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Records;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.check.Sha256;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The nodes of a cluster and this node's place among them. Immutable; checked in the constructor.
 *
 * @param enabled whether this node joins; false = it runs alone, and all other values have no effect
 * @param name the cluster's name; nodes with another name are rejected
 * @param host bind address of membership and event bus, under which the other nodes find this one; default 127.0.0.1
 * @param port port of membership; host and port identify this node
 * @param busPort port of the event bus; 0 (default) = any free one
 * @param controlPort port for leases; 0 (default) = any free one
 * @param members the nodes that vote, as {@code host:port}; a majority of them, running or not, decides which node
 *     publishes. With {@code lease}, some nodes of the cluster, from which a new one learns the others
 * @param replicas number of nodes with connections for a feed; one of them publishes
 * @param leaseMs the longest time that a node may publish without a renewal by the majority, milliseconds; at least 200, because
 *     with a shorter lease a pause of the garbage collector would cost a feed its owner
 * @param standbyBytes memory for messages that standbys of this node compare with those of the owners, all feeds
 *     together, and at most a quarter of the heap; default 256 MiB
 * @param secret known to all nodes and nobody else; null = none, which allows this machine only
 * @param tls encrypts the event bus and admits only nodes with a certificate; null = no encryption
 * @param allowPlaintext allow a host that other machines can reach without {@code tls}: any of them could then publish
 *     anything on the event bus; default false
 * @param lease the service that keeps the leases; null = a majority of the members grants them
 * @param dns a name and a port, as {@code host:port}: nodes are found at all addresses of the name, and need not be
 *     members to own feeds; null = none
 * @param listens whether this node only listens: it owns no feed and has no vote
 */
public record ClusterConfig(
        boolean enabled,
        String name,
        String host,
        int port,
        int busPort,
        int controlPort,
        List<String> members,
        int replicas,
        int leaseMs,
        int standbyBytes,
        String secret,
        Tls tls,
        boolean allowPlaintext,
        LeaseConfig lease,
        String dns,
        boolean listens) {
    private static final SchemaKeys KEYS = SchemaKeys.CLUSTER;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern MEMBER = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):([0-9]{1,5})");
    private static final Set<String> ANY = Set.of("0.0.0.0", "::", "[::]");
    public static final int HIGHEST_PORT = 65_535;
    private static final int MOST_MEMBERS = 15;
    /** With an engine beside the cluster, nodes find each other there. */
    private static final int MOST_FOUND = 1_000;

    private static final int STANDBY_BYTES = 256 << 20;
    private static final int SHORTEST_SECRET = 16;

    /** The defaults: up to three nodes on one machine. */
    public static final ClusterConfig DEFAULT = KEYS.defaults(ClusterConfig.class, withoutObjects());

    private static Map<String, Object> withoutObjects() {
        Map<String, Object> values = new HashMap<>();
        values.put("tls", null);
        values.put("lease", null);
        values.put("listens", false);
        return values;
    }

    /** A cluster whose event bus is encrypted or reachable from this machine only. */
    public ClusterConfig(
            boolean enabled,
            String name,
            String host,
            int port,
            int busPort,
            List<String> members,
            int replicas,
            int leaseMs,
            String secret,
            Tls tls) {
        this(
                enabled,
                name,
                host,
                port,
                busPort,
                0,
                members,
                replicas,
                leaseMs,
                STANDBY_BYTES,
                secret,
                tls,
                false,
                null,
                null,
                false);
    }

    public ClusterConfig {
        members = members == null ? List.of() : List.copyOf(members);
        new Checks()
                .require(
                        name != null && NAME.matcher(name).matches(),
                        "name",
                        name == null ? "nothing" : ProblemText.quoted(name),
                        "1 to 64 letters, digits, _ or -")
                .require(host != null && !host.isBlank(), "host", "nothing", "a host name or address")
                .require(
                        host == null || !ANY.contains(host),
                        "host",
                        host == null ? "" : ProblemText.quoted(host),
                        "one address or name, under which the other nodes find this one")
                .key(KEYS, "port", port)
                .key(KEYS, "busPort", busPort)
                .key(KEYS, "controlPort", controlPort)
                .require(
                        busPort != port,
                        "busPort",
                        Integer.toString(busPort),
                        "another port than \"port\": the event bus has a socket of its own")
                .require(
                        controlPort == 0 || (controlPort != port && controlPort != busPort),
                        "controlPort",
                        Integer.toString(controlPort),
                        "another port than \"port\" and \"busPort\"")
                .range("members", members.size(), lease == null ? 1 : 0, lease == null ? MOST_MEMBERS : MOST_FOUND)
                .require(
                        members.stream().allMatch(ClusterConfig::isMember),
                        "members",
                        members.toString(),
                        "host:port, such as 10.0.0.1:5701, for each")
                .require(
                        new HashSet<>(members).size() == members.size(),
                        "members",
                        members.toString(),
                        "each member once")
                .require(
                        dns == null || isMember(dns),
                        "dns",
                        dns == null ? "" : ProblemText.quoted(dns),
                        "host:port, such as firstline.default.svc.cluster.local:5701")
                .range(
                        "replicas",
                        replicas,
                        1,
                        lease == null && dns == null ? Math.max(1, members.size()) : MOST_MEMBERS)
                .key(KEYS, "leaseMs", leaseMs)
                .key(KEYS, "standbyBytes", standbyBytes)
                .require(
                        secret == null || secret.length() >= SHORTEST_SECRET,
                        "secret",
                        secret == null ? "" : secret.length() + " characters",
                        "at least " + SHORTEST_SECRET + " characters")
                .require(
                        secret != null || isHereOnly(host),
                        "secret",
                        "nothing",
                        "a secret, because \"host\" lets other machines in")
                .require(
                        tls != null || allowPlaintext || isHereOnly(host),
                        "tls",
                        "nothing",
                        "certificates, because \"host\" lets other machines in, which could publish anything, "
                                + "or \"allowPlaintext\": true if the network is trusted")
                .require(
                        lease == null || allowPlaintext || lease.exposed().isEmpty(),
                        lease == null || lease.kubernetes() == null ? "lease/etcd" : "lease/kubernetes/url",
                        lease == null ? "" : lease.exposed(),
                        "https URLs, or \"allowPlaintext\": true if the network is trusted")
                .require(
                        lease == null
                                || lease.kubernetes() == null
                                || leaseMs >= LeaseConfig.Kubernetes.SHORTEST_LEASE_MS,
                        "leaseMs",
                        leaseMs,
                        "at least " + LeaseConfig.Kubernetes.SHORTEST_LEASE_MS + " with leases in Kubernetes")
                .throwIfAny("cluster configuration");
    }

    private static boolean isHereOnly(String host) {
        return host == null || FeedUrl.isLoopback(inUrl(host).toLowerCase(Locale.ROOT));
    }

    private static boolean isMember(String member) {
        var parts = MEMBER.matcher(member);
        return parts.matches()
                && Integer.parseInt(parts.group(2)) >= 1
                && Integer.parseInt(parts.group(2)) <= HIGHEST_PORT;
    }

    /** The same on another port, which makes it another node. */
    public ClusterConfig withPort(int newPort) {
        return Records.with(this, "port", newPort);
    }

    /** The same with other members; used with an engine of leases beside the cluster. */
    public ClusterConfig withMembers(List<String> newMembers) {
        return Records.with(this, "members", newMembers);
    }

    /** The same with its leases in etcd. */
    public ClusterConfig withLease(LeaseConfig newLease) {
        return Records.with(this, "lease", newLease);
    }

    /** The same at another host, which makes it another node. */
    public ClusterConfig withHost(String newHost) {
        return Records.with(this, "host", newHost);
    }

    /** The same with {@code enabled} on. */
    public ClusterConfig joining() {
        return Records.with(this, "enabled", true);
    }

    /** The same with nodes found at the addresses of a name. */
    public ClusterConfig withDns(String hostAndPort) {
        return Records.with(this, "dns", hostAndPort);
    }

    /**
     * A node that listens to these members, owns nothing and has no vote. Its port is none of theirs. Its event bus
     * uses any free port, because a member on this machine may use the configured one.
     */
    public ClusterConfig listening(List<String> otherMembers) {
        int free = port;
        while (otherMembers.contains(inUrl(host) + ":" + free)) {
            free++;
        }
        return Records.with(
                this,
                Map.of(
                        "enabled",
                        true,
                        "port",
                        free,
                        "busPort",
                        0,
                        "listens",
                        true,
                        "controlPort",
                        0,
                        "members",
                        otherMembers,
                        "replicas",
                        Math.min(replicas, Math.max(1, otherMembers.size()))));
    }

    /** This node's name among the members. */
    public String self() {
        return inUrl(host) + ":" + port;
    }

    private static String inUrl(String host) {
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /** Whether this node may own feeds; otherwise it can only listen. */
    public boolean isMember() {
        return !listens && (dns != null || isVoter());
    }

    /** Whether this node is in the list of members. */
    public boolean isVoter() {
        return members.contains(self());
    }

    /** The smallest majority of the members. */
    public int majority() {
        return members.size() / 2 + 1;
    }

    /**
     * The name under which nodes find each other. It contains a hash of the secret, so only a node with the secret
     * knows it.
     */
    public String secretName() {
        return secret == null
                ? name
                : name + "-" + Sha256.hex(name + "\n" + secret).substring(0, 32);
    }

    /** Does not show the secret. */
    @Override
    public String toString() {
        return "cluster " + name + ", node " + self() + " of " + members + ", " + replicas + " for each feed, lease "
                + leaseMs + " ms" + (secret == null ? "" : ", with a secret") + (tls == null ? "" : ", bus encrypted")
                + (lease == null ? "" : ", leases in " + lease) + (dns == null ? "" : ", others at " + dns);
    }

    /**
     * Files in PEM format; both sides present a certificate.
     *
     * @param certificate this node's certificate, then its chain
     * @param key its private key
     * @param authority the authority that must have signed the other nodes' certificates
     */
    public record Tls(String certificate, String key, String authority) {}
}
