package io.firstline.integration;

import io.firstline.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Wires between hosts that delay packets, lose them, or carry them in one direction only, for kernels without netem.
 * The kernel's TCP sends lost packets again. Each host has a TUN device, and socat passes its packets to this process,
 * one in a datagram.
 */
final class LossyWires implements AutoCloseable {
    /** What happens to packets in one direction. */
    record Quality(int delayMs, double lossPercent) {
        static final Quality PERFECT = new Quality(0, 0);
        static final Quality CUT = new Quality(0, 100);
    }

    private record Direction(int from, int to) {}

    private record Packet(long dueNanos, long number, int to, ByteBuffer bytes) implements Comparable<Packet> {
        @Override
        public int compareTo(Packet other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private record Device(InetSocketAddress socat, Process process) {}

    private static final int LARGEST_PACKET = 65_536;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;
    private static final int IPV4 = 4;

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final long seed = Long.getLong("cluster.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<Integer, Device> devices = new ConcurrentHashMap<>();
    /** By the bytes of their IPv4 addresses. */
    private final Map<Integer, Integer> hosts = new ConcurrentHashMap<>();

    private final Map<Direction, Quality> qualities = new ConcurrentHashMap<>();
    private final PriorityQueue<Packet> underWay = new PriorityQueue<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(LARGEST_PACKET);
    private final DatagramChannel channel;
    private final Selector selector;
    private final Thread thread = new Thread(this::carry, "wires");
    private long number;
    private volatile long carried;
    private volatile long dropped;
    private volatile boolean closed;

    LossyWires() {
        try {
            channel = DatagramChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
            channel.bind(new InetSocketAddress(loopback, 0));
            channel.configureBlocking(false);
            selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread.setDaemon(true);
        thread.start();
    }

    /** The seed of the losses. */
    long seed() {
        return seed;
    }

    /** Creates the device of a host, in the network of this process; false = there can be none here. */
    boolean plug(int host, String address, String device) {
        try {
            hosts.put(
                    ByteBuffer.wrap(InetAddress.getByName(address).getAddress()).getInt(), host);
            InetSocketAddress socat = new InetSocketAddress(loopback, freePort());
            Process process = new ProcessBuilder(List.of(
                            "socat",
                            "-b" + LARGEST_PACKET,
                            "TUN,iff-no-pi,tun-name=" + device,
                            "UDP:" + text((InetSocketAddress) channel.getLocalAddress()) + ",bind=" + text(socat)))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            devices.put(host, new Device(socat, process));
            Await.until("a TUN device", () -> !process.isAlive() || NodeNetwork.run("ip", "link", "show", device));
            return process.isAlive();
        } catch (IOException e) {
            return false; // no socat here
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, loopback)) {
            return socket.getLocalPort();
        }
    }

    /** Sets what happens to packets from one host to another. */
    void set(int from, int to, Quality quality) {
        qualities.put(new Direction(from, to), quality);
    }

    /** The number of packets that arrived. */
    long carried() {
        return carried;
    }

    /** The number of packets that were lost, also of those in the direction of a cut. */
    long dropped() {
        return dropped;
    }

    private void carry() {
        try {
            while (!closed) {
                long waitMs = underWay.isEmpty()
                        ? 0
                        : Math.max(
                                1, TimeUnit.NANOSECONDS.toMillis(underWay.peek().dueNanos() - System.nanoTime()));
                selector.select(key -> {}, waitMs);
                receive();
                deliver();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void receive() throws IOException {
        for (buffer.clear(); channel.receive(buffer) != null; buffer.clear()) {
            buffer.flip();
            if (buffer.remaining() <= DESTINATION + Integer.BYTES || buffer.get(0) >> 4 != IPV4) {
                continue;
            }
            Integer from = hosts.get(buffer.getInt(SOURCE));
            Integer to = hosts.get(buffer.getInt(DESTINATION));
            if (from == null || to == null) {
                continue; // multicast
            }
            Quality quality = qualities.getOrDefault(new Direction(from, to), Quality.PERFECT);
            if (random.nextDouble() * 100 < quality.lossPercent) {
                dropped++;
            } else {
                ByteBuffer copy =
                        ByteBuffer.allocate(buffer.remaining()).put(buffer).flip();
                long dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(quality.delayMs);
                underWay.add(new Packet(dueNanos, number++, to, copy));
            }
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void deliver() throws IOException {
        while (!underWay.isEmpty() && underWay.peek().dueNanos() <= System.nanoTime()) {
            Packet packet = underWay.remove();
            channel.send(packet.bytes(), devices.get(packet.to()).socat());
            carried++;
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        devices.values().forEach(device -> device.process().destroy());
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
            channel.close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
