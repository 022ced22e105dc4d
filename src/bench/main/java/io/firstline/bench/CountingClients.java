package io.firstline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** WebSocket clients that only count the bytes after the upgrade, on one thread, so that they are not the limit. */
final class CountingClients implements AutoCloseable {
    private static final int READ = 1 << 18;

    private final Selector selector;
    private final AtomicLongArray bytes;
    private final AtomicLong all = new AtomicLong();
    private final Thread thread = new Thread(this::read, "counting-clients");
    private volatile boolean closed;

    private CountingClients(Selector selector, int number) {
        this.selector = selector;
        this.bytes = new AtomicLongArray(number);
    }

    static CountingClients connect(int port, String path, int number) {
        try {
            CountingClients clients = new CountingClients(Selector.open(), number);
            for (int i = 0; i < number; i++) {
                clients.connect(port, path, i, number);
            }
            clients.thread.setDaemon(true);
            clients.thread.start();
            return clients;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void connect(int port, String path, int index, int number) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(ByteBuffer.wrap(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer one = ByteBuffer.allocate(1);
        int ends = 0;
        while (ends < 4) { // until the empty line
            one.clear();
            if (channel.read(one) < 0) {
                throw new IOException("client " + index + " of " + number + " was rejected");
            }
            ends = one.get(0) == '\r' || one.get(0) == '\n' ? ends + 1 : 0;
        }
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, index);
    }

    private void read() {
        ByteBuffer into = ByteBuffer.allocateDirect(READ);
        try {
            while (!closed) {
                selector.select(key -> count(key, into), 100);
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void count(SelectionKey key, ByteBuffer into) {
        into.clear();
        try {
            int read = ((SocketChannel) key.channel()).read(into);
            if (read < 0) {
                key.cancel();
            } else {
                bytes.addAndGet((Integer) key.attachment(), read);
                all.addAndGet(read);
            }
        } catch (IOException e) {
            key.cancel();
        }
    }

    long allBytes() {
        return all.get();
    }

    long slowestBytes() {
        long slowest = Long.MAX_VALUE;
        for (int i = 0; i < bytes.length(); i++) {
            slowest = Math.min(slowest, bytes.get(i));
        }
        return slowest;
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }
}
