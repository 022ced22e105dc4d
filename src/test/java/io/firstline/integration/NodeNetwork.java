package io.firstline.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a test's nodes live: each in a network namespace of its own, all on one bridge, so that a node can be cut off from the others as
 * by a pulled cable. Needs root and iproute2.
 */
final class NodeNetwork implements AutoCloseable {
    private static final String BRIDGE = "flbr0";
    private static final String NET = "10.77.0.";
    /** This side of the bridge. */
    static final String HERE = NET + "254";

    private final int nodes;

    private NodeNetwork(int nodes) {
        this.nodes = nodes;
    }

    /** The network, or null where none can be made. */
    static NodeNetwork create(int nodes) {
        NodeNetwork network = new NodeNetwork(nodes);
        network.remove();
        if (!run("ip", "link", "add", BRIDGE, "type", "bridge")) {
            return null;
        }
        boolean all = run("ip", "addr", "add", HERE + "/24", "dev", BRIDGE) && run("ip", "link", "set", BRIDGE, "up");
        for (int i = 1; i <= nodes && all; i++) {
            String space = space(i);
            all = run("ip", "netns", "add", space)
                    && run("ip", "link", "add", cable(i), "type", "veth", "peer", "name", "eth0", "netns", space)
                    && run("ip", "link", "set", cable(i), "master", BRIDGE, "up")
                    && run("ip", "-n", space, "addr", "add", host(i) + "/24", "dev", "eth0")
                    && run("ip", "-n", space, "link", "set", "eth0", "up")
                    && run("ip", "-n", space, "link", "set", "lo", "up");
        }
        if (!all) {
            network.remove();
            return null;
        }
        return network;
    }

    static String host(int node) {
        return NET + node;
    }

    private static String space(int node) {
        return "fl" + node;
    }

    private static String cable(int node) {
        return "flv" + node;
    }

    /** A command, to be run where a node lives. */
    static List<String> in(int node, List<String> command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", space(node)));
        words.addAll(command);
        return words;
    }

    void cut(int node) {
        run("ip", "link", "set", cable(node), "down");
    }

    void heal(int node) {
        run("ip", "link", "set", cable(node), "up");
    }

    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void remove() {
        for (int i = 1; i <= nodes; i++) {
            run("ip", "link", "del", cable(i));
            run("ip", "netns", "del", space(i));
        }
        run("ip", "link", "del", BRIDGE);
    }

    @Override
    public void close() {
        remove();
    }
}
