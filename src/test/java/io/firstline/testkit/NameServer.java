package io.firstline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A DNS server on 127.0.0.1 that knows every name, no name, or does not answer (RFC 1035, 4.1). Every known name has
 * the same addresses, at first 127.0.0.1, and at first for no longer than the answer takes. One daemon thread; {@link #become} may
 * be called from any.
 */
public final class NameServer implements AutoCloseable {
    /** The answer to every query. */
    public enum Mood {
        KNOWS,
        DENIES,
        SILENT
    }

    private static final int HEADER_BYTES = 12;
    private static final int TYPE_A = 1;
    private static final int TYPE_AAAA = 28;
    private static final int CLASS_IN = 1;
    /** A reply to a recursive query, recursion being available. */
    private static final int REPLY = 0x8180;

    private static final int NO_SUCH_NAME = 3;
    /** A pointer to the name in the question, which follows the header. */
    private static final int SAME_NAME = 0xC000 | HEADER_BYTES;

    private final DatagramSocket socket;
    private volatile Mood mood = Mood.KNOWS;
    private volatile int secondsToLive;
    private final AtomicInteger queries = new AtomicInteger();
    private volatile List<InetAddress> addresses = List.of(InetAddress.getLoopbackAddress());

    private NameServer(DatagramSocket socket) {
        this.socket = socket;
    }

    /** At a free port. */
    public static NameServer start() {
        try {
            NameServer server =
                    new NameServer(new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
            ScriptedServer.daemon("names", server::answerAll);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** A line of resolv.conf that names it, the port as macOS writes it. */
    public String resolvConf() {
        return "nameserver 127.0.0.1." + socket.getLocalPort() + "\n";
    }

    /** Sets the addresses of every name from now on. */
    public void addresses(InetAddress... next) {
        addresses = List.of(next);
    }

    /** Sets how long answers from now on are valid. */
    public void secondsToLive(int next) {
        secondsToLive = next;
    }

    /** How often it was asked. */
    public int queries() {
        return queries.get();
    }

    public void become(Mood next) {
        mood = next;
    }

    private void answerAll() {
        DatagramPacket query = new DatagramPacket(new byte[1_500], 1_500);
        while (!socket.isClosed()) {
            try {
                query.setLength(1_500);
                socket.receive(query);
                queries.incrementAndGet();
                if (mood != Mood.SILENT) {
                    byte[] reply = reply(
                            Arrays.copyOf(query.getData(), query.getLength()), mood == Mood.KNOWS ? addresses : null);
                    socket.send(new DatagramPacket(reply, reply.length, query.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed, or the client is gone
            }
        }
    }

    /** Null = there is no such name. */
    private byte[] reply(byte[] query, List<InetAddress> known) {
        int end = HEADER_BYTES;
        while (query[end] != 0) {
            end += 1 + query[end]; // a label and its length
        }
        int type = ByteBuffer.wrap(query).getShort(end + 1);
        byte[] question = Arrays.copyOfRange(query, HEADER_BYTES, end + 5);
        List<byte[]> found = known == null
                ? List.of()
                : known.stream()
                        .map(InetAddress::getAddress)
                        .filter(address -> type == (address.length == 4 ? TYPE_A : TYPE_AAAA))
                        .toList();
        ByteBuffer reply = ByteBuffer.allocate(HEADER_BYTES + question.length + 28 * found.size());
        reply.putShort(ByteBuffer.wrap(query).getShort(0))
                .putShort((short) (REPLY | (known == null ? NO_SUCH_NAME : 0)))
                .putShort((short) 1)
                .putShort((short) found.size())
                .putInt(0)
                .put(question);
        for (byte[] address : found) {
            reply.putShort((short) SAME_NAME)
                    .putShort((short) type)
                    .putShort((short) CLASS_IN)
                    .putInt(secondsToLive)
                    .putShort((short) address.length)
                    .put(address);
        }
        return Arrays.copyOf(reply.array(), reply.position());
    }

    @Override
    public void close() {
        socket.close();
    }
}
