package io.firstline.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A TCP relay on 127.0.0.1 that can stall: connections stay open, new ones are accepted, and no byte arrives. Bytes
 * that stall arrive when it flows again, as after a cut of the network. All methods may be called from any thread.
 */
public final class TcpRelay implements AutoCloseable {
    private static final int BUFFER = 16 << 10;

    private final int serverPort;
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private boolean stalled;

    /** A relay at a free port, which passes everything. */
    public TcpRelay(int serverPort) {
        this.serverPort = serverPort;
        try {
            listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ScriptedServer.daemon("relay-accept", this::acceptAll);
    }

    private void acceptAll() {
        try {
            while (!listener.isClosed()) {
                accept(listener.accept());
            }
        } catch (IOException closed) {
            // its end
        }
    }

    private void accept(Socket client) throws IOException {
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        } catch (IOException refused) {
            client.close();
            return;
        }
        sockets.addAll(List.of(client, server));
        ScriptedServer.daemon("relay", () -> pass(client, server));
        ScriptedServer.daemon("relay", () -> pass(server, client));
    }

    private void pass(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitFlow();
                out.write(buffer, 0, read);
            }
        } catch (IOException ended) {
            // by either side
        } finally {
            sockets.removeAll(List.of(from, to));
        }
    }

    private synchronized void awaitFlow() throws IOException {
        while (stalled) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
    }

    /** Passes nothing from now on. */
    public synchronized void stall() {
        stalled = true;
    }

    /** Passes everything again. */
    public synchronized void flow() {
        stalled = false;
        notifyAll();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            flow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
