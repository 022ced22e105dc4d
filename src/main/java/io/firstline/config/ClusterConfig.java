package io.firstline.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The nodes that carry the feeds together, and what this one is among them. Immutable; checked when it is made.
 *
 * @param enabled whether this node joins; false = it is alone, and all else says what would be
 * @param name what the cluster is called; nodes of another name are refused
 * @param host the address that membership and event bus bind to, and under which the other nodes find this one; default 127.0.0.1
 * @param port where membership listens; with the host it stands for this node
 * @param busPort where the event bus listens; 0 = any free one, default
 * @param members every node that may carry feeds, as {@code host:port}: a majority of them, running or not, decides who publishes what
 * @param replicas how many nodes keep connections for a feed; one of them publishes
 * @param leaseMs for how long a node may publish without hearing from the majority, milliseconds
 * @param secret what all nodes know and nobody else; null = there is none, and this machine only
 * @param tls encrypts the event bus, and lets only those in who have a certificate; null = it does not
 * @param allowPlaintext allow a host that others can reach without {@code tls}: whoever connects to the event bus there can publish
 *     anything; default false
 */
public record ClusterConfig(
        boolean enabled,
        String name,
        String host,
        int port,
        int busPort,
        List<String> members,
        int replicas,
        int leaseMs,
        String secret,
        Tls tls,
        boolean allowPlaintext) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern MEMBER = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):([0-9]{1,5})");
    private static final Set<String> ANY = Set.of("0.0.0.0", "::", "[::]");
    private static final int HIGHEST_PORT = 65_535;
    private static final int MOST_MEMBERS = 15;
    /** Shorter, a pause of the garbage collector would cost a feed its owner. */
    private static final int SHORTEST_LEASE_MS = 200;

    private static final int LONGEST_LEASE_MS = 60_000;
    private static final int SHORTEST_SECRET = 16;

    public static final String DEFAULT_NAME = "firstline";
    public static final String DEFAULT_HOST = "127.0.0.1";
    public static final int DEFAULT_PORT = 5_701;
    public static final List<String> DEFAULT_MEMBERS = List.of("127.0.0.1:5701", "127.0.0.1:5702", "127.0.0.1:5703");
    public static final int DEFAULT_REPLICAS = 2;
    public static final int DEFAULT_LEASE_MS = 600;
    /** Everything default: up to three nodes on one machine. */
    public static final ClusterConfig DEFAULT = new ClusterConfig(
            true,
            DEFAULT_NAME,
            DEFAULT_HOST,
            DEFAULT_PORT,
            0,
            DEFAULT_MEMBERS,
            DEFAULT_REPLICAS,
            DEFAULT_LEASE_MS,
            null,
            null);

    /** The same with an event bus that is encrypted, or that only this machine can reach. */
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
        this(enabled, name, host, port, busPort, members, replicas, leaseMs, secret, tls, false);
    }

    public ClusterConfig {
        members = members == null ? List.of() : List.copyOf(members);
        new Checks()
                .require(
                        name != null && NAME.matcher(name).matches(),
                        "name",
                        name == null ? "nothing" : Wording.quoted(name),
                        "1 to 64 letters, digits, _ or -")
                .require(host != null && !host.isBlank(), "host", "nothing", "a host name or address")
                .require(
                        host == null || !ANY.contains(host),
                        "host",
                        host == null ? "" : Wording.quoted(host),
                        "one address or name, under which the other nodes find this one")
                .range("port", port, 1, HIGHEST_PORT)
                .range("busPort", busPort, 0, HIGHEST_PORT)
                .require(
                        busPort != port,
                        "busPort",
                        Integer.toString(busPort),
                        "another port than \"port\": the event bus has a socket of its own")
                .range("members", members.size(), 1, MOST_MEMBERS)
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
                .range("replicas", replicas, 1, Math.max(1, members.size()))
                .range("leaseMs", leaseMs, SHORTEST_LEASE_MS, LONGEST_LEASE_MS)
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

    /** The same on another port: another node. */
    public ClusterConfig withPort(int newPort) {
        return new ClusterConfig(
                enabled, name, host, newPort, busPort, members, replicas, leaseMs, secret, tls, allowPlaintext);
    }

    /** The same, and this node joins. */
    public ClusterConfig joining() {
        return new ClusterConfig(
                true, name, host, port, busPort, members, replicas, leaseMs, secret, tls, allowPlaintext);
    }

    /**
     * A node that listens to these members, carries nothing and has no vote: it stands on a port that is none of theirs, its event bus
     * on any that is free, as a member on this machine may have the configured one.
     */
    public ClusterConfig listening(List<String> otherMembers) {
        int free = port;
        while (otherMembers.contains(inUrl(host) + ":" + free)) {
            free++;
        }
        return new ClusterConfig(
                true,
                name,
                host,
                free,
                0,
                otherMembers,
                Math.min(replicas, Math.max(1, otherMembers.size())),
                leaseMs,
                secret,
                tls,
                allowPlaintext);
    }

    /** What this node is called among the members. */
    public String self() {
        return inUrl(host) + ":" + port;
    }

    private static String inUrl(String host) {
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /** Whether this node may carry feeds, and has a vote; one that is no member can listen only. */
    public boolean isMember() {
        return members.contains(self());
    }

    /** How many members are more than half of all. */
    public int majority() {
        return members.size() / 2 + 1;
    }

    /** The name under which nodes find each other: who does not know the secret does not know it. */
    public String secretName() {
        return secret == null ? name : name + "-" + sha256(name + "\n" + secret).substring(0, 32);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "cluster " + name + ", node " + self() + " of " + members + ", " + replicas + " for each feed, lease "
                + leaseMs + " ms" + (secret == null ? "" : ", with a secret") + (tls == null ? "" : ", bus encrypted");
    }

    /**
     * Files in PEM format; both sides show a certificate.
     *
     * @param certificate this node's, then its chain
     * @param key its private key
     * @param authority who must have signed the certificates of the other nodes
     */
    public record Tls(String certificate, String key, String authority) {}
}
