package io.firstline.faults;

import io.firstline.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A server in a network namespace that this machine reaches over two links, each from another local address. Needs
 * root and iproute2. If the kernel has netem, that delays and loses packets, otherwise a {@link DelayRelay} does.
 */
final class TwoLinks implements AutoCloseable {
    /** A link of 10.79.N.0/24: this machine is .1, the server's side .2. */
    enum Link {
        FAST(1, 5, 0),
        SLOW(2, 25, 1);

        private final int number;
        private final int delayMs;
        private final int lossPercent;

        Link(int number, int delayMs, int lossPercent) {
            this.number = number;
            this.delayMs = delayMs;
            this.lossPercent = lossPercent;
        }

        /** The local address. */
        String local() {
            return "10.79." + number + ".1";
        }

        private String far() {
            return "10.79." + number + ".2";
        }

        private String near() {
            return "fllink" + number;
        }

        private String device() {
            return "eth" + number;
        }

        private String table() {
            return String.valueOf(7_900 + number);
        }
    }

    private static final String SPACE = "fllinks";
    private static final String SERVER = "10.79.9.1";
    private static final int PORT = 9_443;
    /** The link from the relay to the exchange, which is never cut. */
    private static final String EXCHANGE = "10.79.3.1";

    private static final String BACK = "fllink3";

    private Process relay;
    private boolean netem = true;

    private TwoLinks() {}

    /** Null = there are no network namespaces here. */
    static TwoLinks create() {
        TwoLinks links = new TwoLinks();
        links.remove();
        if (links.make()) {
            return links;
        }
        links.remove();
        return null;
    }

    private boolean make() {
        boolean made = run("ip", "netns", "add", SPACE)
                && run("ip", "-n", SPACE, "link", "set", "lo", "up")
                && run("ip", "-n", SPACE, "addr", "add", SERVER + "/32", "dev", "lo")
                && plug(BACK, "eth3", EXCHANGE, "10.79.3.2");
        for (Link link : Link.values()) {
            made = made
                    && plug(link.near(), link.device(), link.local(), link.far())
                    && run("ip", "route", "add", SERVER, "via", link.far(), "dev", link.near(), "table", link.table())
                    && run("ip", "rule", "add", "from", link.local(), "lookup", link.table());
            netem = made && netem && delayed(link);
        }
        return made;
    }

    private static boolean plug(String near, String device, String local, String far) {
        return run("ip", "link", "add", near, "type", "veth", "peer", "name", device, "netns", SPACE)
                && run("ip", "addr", "add", local + "/24", "dev", near)
                && run("ip", "link", "set", near, "up")
                && run("ip", "-n", SPACE, "addr", "add", far + "/24", "dev", device)
                && run("ip", "-n", SPACE, "link", "set", device, "up");
    }

    private static boolean delayed(Link link) {
        List<String> words = new ArrayList<>(List.of("tc", "-n", SPACE, "qdisc", "add", "dev", link.device(), "root"));
        words.addAll(List.of("netem", "delay", link.delayMs + "ms", "loss", link.lossPercent + "%"));
        return run(words.toArray(String[]::new));
    }

    /** The address of this machine for the exchange. */
    String exchange() {
        return EXCHANGE;
    }

    /** Connects the server's address with the exchange. */
    void relayTo(int port) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", SPACE));
        words.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DelayRelay.class.getName()));
        words.addAll(List.of(SERVER, String.valueOf(PORT), EXCHANGE, String.valueOf(port)));
        for (Link link : Link.values()) {
            words.add(link.local() + "=" + (netem ? 0 : link.delayMs) + "/" + (netem ? 0 : link.lossPercent));
        }
        try {
            relay = new ProcessBuilder(words).redirectErrorStream(true).start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(relay.getInputStream(), StandardCharsets.UTF_8));
            for (String line = out.readLine(); !"relaying".equals(line); line = out.readLine()) {
                if (line == null) {
                    throw new IllegalStateException("the relay ended");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The URL of the server. */
    String url(String pathAndQuery) {
        return "ws://" + SERVER + ":" + PORT + pathAndQuery;
    }

    void cut(Link link) {
        turn(link, "down");
    }

    void heal(Link link) {
        turn(link, "up");
    }

    private static void turn(Link link, String way) {
        if (!run("ip", "-n", SPACE, "link", "set", link.device(), way)) {
            throw new IllegalStateException(link + " cannot be turned " + way);
        }
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
            return false; // no such program here
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void remove() {
        for (Link link : Link.values()) {
            run("ip", "rule", "del", "from", link.local(), "lookup", link.table());
            run("ip", "link", "del", link.near());
        }
        run("ip", "link", "del", BACK);
        run("ip", "netns", "del", SPACE);
    }

    @Override
    public void close() {
        if (relay != null) {
            relay.destroyForcibly();
            Await.until("the end of the relay", () -> !relay.isAlive());
        }
        remove();
    }
}
