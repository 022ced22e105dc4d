package io.firstline.integration;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The networks of a test's nodes: each node has a network namespace with one cable to the other nodes and one to the
 * exchange, so that a node can be cut off from either. Needs root and iproute2; without them all nodes share the
 * loopback interface, where nothing can be cut.
 */
final class NodeNetwork implements AutoCloseable {
    /** The cables of a node. */
    private enum Net {
        CLUSTER("br0", "v", "eth0", 77),
        EXCHANGE("br1", "x", "eth1", 78);

        private final String bridge;
        private final String cable;
        private final String device;
        private final String prefix;

        Net(String bridge, String cable, String device, int network) {
            this.bridge = NAME + bridge;
            this.cable = NAME + cable;
            this.device = device;
            this.prefix = "10." + network + "." + NUMBER + ".";
        }
    }

    /** Keeps other processes from this one's number until it ends. */
    private static FileLock lock;

    /** Processes on one machine at the same time have different numbers. */
    private static final int NUMBER = freeNumber();

    private static final String NAME = "fl" + NUMBER;

    /** The part of an address. */
    private static final int MOST = 255;

    private static final String LOOPBACK = "127.0.0.1";
    /** The number of this process's network. */
    static final int HERE = 254;

    private final int nodes;
    private final boolean canCut;
    private final Set<Integer> plugged = new HashSet<>();
    private final List<List<Integer>> routed = new ArrayList<>();
    private LossyWires wires;

    private NodeNetwork(int nodes, boolean canCut) {
        this.nodes = nodes;
        this.canCut = canCut;
    }

    private static int freeNumber() {
        for (int number = 0; number <= MOST; number++) {
            try {
                Path file = Path.of(System.getProperty("java.io.tmpdir"), "firstline-network-" + number);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                lock = channel.tryLock();
                if (lock != null) {
                    return number;
                }
                channel.close();
            } catch (IOException e) {
                lock = null; // the file of another user
            }
        }
        throw new IllegalStateException("all networks are in use");
    }

    static NodeNetwork create(int nodes) {
        NodeNetwork network = new NodeNetwork(nodes, true);
        network.remove();
        if (!Boolean.getBoolean("cluster.loopback") && network.make()) {
            return network;
        }
        network.remove();
        return new NodeNetwork(nodes, false);
    }

    private boolean make() {
        for (Net net : Net.values()) {
            boolean made = run("ip", "link", "add", net.bridge, "type", "bridge")
                    && run("ip", "addr", "add", net.prefix + HERE + "/24", "dev", net.bridge)
                    && run("ip", "link", "set", net.bridge, "up");
            if (!made) {
                return false;
            }
        }
        for (int i = 1; i <= nodes; i++) {
            String space = space(i);
            if (!run("ip", "netns", "add", space) || !run("ip", "-n", space, "link", "set", "lo", "up")) {
                return false;
            }
            for (Net net : Net.values()) {
                String cable = net.cable + i;
                String[] add = {"ip", "link", "add", cable, "type", "veth", "peer", "name", net.device, "netns", space};
                boolean plugged = run(add)
                        && run("ip", "link", "set", cable, "master", net.bridge, "up")
                        && run("ip", "-n", space, "addr", "add", net.prefix + i + "/24", "dev", net.device)
                        && run("ip", "-n", space, "link", "set", net.device, "up");
                if (!plugged) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether cables can be cut. */
    boolean canCut() {
        return canCut;
    }

    /** The address of a node for the other nodes. */
    String host(int node) {
        return canCut ? Net.CLUSTER.prefix + node : LOOPBACK;
    }

    /** The address of the test's own process for the nodes. */
    String here() {
        return host(HERE);
    }

    /** The address of the exchange for the nodes. */
    String exchange() {
        return canCut ? Net.EXCHANGE.prefix + HERE : here();
    }

    /**
     * Lets the packets of two hosts to each other pass through wires that can lose and delay them; these carry
     * everything at first. False = there are no such wires here: they need socat and TUN devices.
     *
     * @param one a node, or {@link #HERE} for the network of this process
     */
    boolean rewire(int one, int other) {
        if (wires == null) {
            wires = new LossyWires();
        }
        return canCut && plug(one) && plug(other) && route("replace", one, other) && route("replace", other, one);
    }

    /** Lets all packets pass over the cables again. */
    void unwire() {
        routed.forEach(route -> route("del", route.get(0), route.get(1)));
        routed.clear();
    }

    LossyWires wires() {
        return wires;
    }

    private boolean plug(int host) {
        if (plugged.contains(host)) {
            return true;
        }
        String device = tun(host);
        return wires.plug(host, host(host), device)
                && (host == HERE || run("ip", "link", "set", device, "netns", space(host)))
                && run(ip(host, "addr", "add", host(host) + "/32", "dev", device))
                && run(ip(host, "link", "set", device, "up"))
                && plugged.add(host);
    }

    private boolean route(String what, int from, int to) {
        if (what.equals("replace")) {
            routed.add(List.of(from, to));
        }
        return run(ip(from, "route", what, host(to) + "/32", "dev", tun(from), "src", host(from)));
    }

    private static String tun(int host) {
        return NAME + "t" + host;
    }

    private static String[] ip(int host, String... arguments) {
        List<String> words = new ArrayList<>(List.of("ip"));
        if (host != HERE) {
            words.addAll(List.of("-n", space(host)));
        }
        words.addAll(List.of(arguments));
        return words.toArray(String[]::new);
    }

    private static String space(int node) {
        return NAME + "n" + node;
    }

    /** A command that runs in the network of a node. */
    List<String> in(int node, List<String> command) {
        if (!canCut) {
            return command;
        }
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", space(node)));
        words.addAll(command);
        return words;
    }

    /** Cuts a node off from the other nodes. */
    void cutFromNodes(int node) {
        turn(Net.CLUSTER, node, "down");
    }

    /** Cuts a node off from the exchange. */
    void cutFromExchange(int node) {
        turn(Net.EXCHANGE, node, "down");
    }

    /** Cuts a node off from everything. */
    void cut(int node) {
        cutFromNodes(node);
        cutFromExchange(node);
    }

    void heal(int node) {
        turn(Net.CLUSTER, node, "up");
        turn(Net.EXCHANGE, node, "up");
    }

    private static void turn(Net net, int node, String way) {
        if (!run("ip", "link", "set", net.cable + node, way)) {
            throw new IllegalStateException("node " + node + "'s cable cannot be turned " + way);
        }
    }

    static boolean run(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // no such program here
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void remove() {
        run("ip", "link", "del", tun(HERE));
        for (Net net : Net.values()) {
            for (int i = 1; i <= nodes; i++) {
                run("ip", "link", "del", net.cable + i);
            }
            run("ip", "link", "del", net.bridge);
        }
        for (int i = 1; i <= nodes; i++) {
            run("ip", "netns", "del", space(i));
        }
    }

    @Override
    public void close() {
        if (wires != null) {
            wires.close();
        }
        if (canCut) {
            remove();
        }
    }
}
