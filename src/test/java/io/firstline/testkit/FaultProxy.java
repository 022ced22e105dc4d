package io.firstline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * A TCP proxy on 127.0.0.1 between a WebSocket server and its clients, which can cause every fault:
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(exchange.port())) {
 *     connect(proxy.url("/ws/btcusdt@trade"));
 *     proxy.link(1).freeze();                        // one connection, by order of acceptance
 *     proxy.greet(FaultProxy.answer(429));           // what new ones meet
 *     proxy.links().forEach(FaultLink::reset);       // all at once
 *     proxy.refuse();                                // nothing listens
 *     proxy.swallow();                               // nothing answers either
 *     proxy.listen();                                // at the same port again
 * }
 * }</pre>
 *
 * <p>Plain JDK sockets and daemon threads: it shares nothing with the code under test. All methods may be called from
 * any thread.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int BIND_ATTEMPTS = 50;
    private static final int BACKLOG = 256;
    private static final int UNANSWERED_MS = 200;

    /** The treatment of a new connection. */
    public interface Greeting {
        void greet(FaultLink link) throws IOException;
    }

    private final int serverPort;
    private final List<FaultLink> links = new CopyOnWriteArrayList<>();
    private volatile Greeting greeting = pass();
    private volatile BiConsumer<FaultLink, String> onDelivered = (link, text) -> {};
    private volatile ServerSocket listener;
    private volatile Tls tls;
    private final List<Socket> unanswered = new ArrayList<>();
    private int port;
    private boolean closed;

    private final InetAddress address;

    private FaultProxy(InetAddress address, int serverPort) {
        this.address = address;
        this.serverPort = serverPort;
    }

    /** A proxy at this port of an address of this machine, which passes everything to the same port of 127.0.0.1. */
    public static FaultProxy at(InetAddress address, int port) {
        FaultProxy proxy = new FaultProxy(address, port);
        proxy.port = port;
        proxy.listen();
        return proxy;
    }

    /** A proxy at a free port, which passes everything. */
    public static FaultProxy to(int serverPort) {
        FaultProxy proxy = new FaultProxy(InetAddress.getLoopbackAddress(), serverPort);
        proxy.listen();
        return proxy;
    }

    // greetings

    /** Goes through to the server. */
    public static Greeting pass() {
        return FaultLink::pass;
    }

    /** Goes through, and is cut without a close frame after a while: an unstable connection. */
    public static Greeting passFor(Duration time) {
        return link -> {
            link.pass();
            LockSupport.parkNanos(time.toNanos());
            link.cut();
        };
    }

    /** Is accepted, and nothing more. */
    public static Greeting hang() {
        return link -> {};
    }

    /**
     * The upgrade is answered with an HTTP status.
     *
     * @param headerLines such as {@code Retry-After: 3}
     */
    public static Greeting answer(int status, String... headerLines) {
        StringBuilder response = new StringBuilder("HTTP/1.1 " + status + " Because\r\nContent-Length: 0\r\n");
        for (String line : headerLines) {
            response.append(line).append("\r\n");
        }
        return link -> link.answer(response + "\r\n");
    }

    /** The upgrade is answered with the hash of another key. */
    public static Greeting wrongAccept() {
        String head =
                """
                HTTP/1.1 101 Switching Protocols
                Upgrade: websocket
                Connection: Upgrade
                Sec-WebSocket-Accept: bm90IHRoaXMgb25lLCBzb3JyeSE=

                """;
        return link -> link.answer(head.replace("\n", "\r\n"));
    }

    /** Sets the treatment of connections accepted from now on. */
    public void greet(Greeting next) {
        greeting = next;
    }

    /** Connections accepted from now on speak TLS and show this certificate, before they are greeted. */
    public void secure(Tls certificate) {
        tls = certificate;
    }

    // all connections

    /** Listens, at the same port as before if there was one. */
    public synchronized void listen() {
        if (listener != null) {
            refuse();
        }
        if (!closed) {
            bind(BACKLOG);
            ServerSocket opened = listener;
            ScriptedServer.daemon("proxy-accept", () -> acceptAll(opened));
        }
    }

    private void bind(int backlog) {
        for (int attempt = 1; ; attempt++) {
            try {
                ServerSocket opened = new ServerSocket();
                opened.setReuseAddress(true);
                opened.bind(new InetSocketAddress(address, port), backlog);
                port = opened.getLocalPort();
                listener = opened;
                return;
            } catch (IOException e) {
                if (attempt == BIND_ATTEMPTS) {
                    throw new UncheckedIOException(e);
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }

    /** Listens no more: new connections are refused; the open ones stay. */
    public synchronized void refuse() {
        FaultLink.quietly(listener::close);
        unanswered.forEach(socket -> FaultLink.quietly(socket::close));
        unanswered.clear();
    }

    /** New connections are not even refused, as behind a firewall that drops their packets; the open ones stay. */
    public synchronized void swallow() {
        refuse();
        bind(1);
        try {
            while (true) { // until the kernel has no room for another one that nobody accepts
                Socket filler = new Socket();
                filler.connect(listener.getLocalSocketAddress(), UNANSWERED_MS);
                unanswered.add(filler);
            }
        } catch (SocketTimeoutException full) {
            // as it should be
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reports every text message that was written to a client as a whole, except injected ones. */
    public void onDelivered(BiConsumer<FaultLink, String> listenerOfTexts) {
        onDelivered = listenerOfTexts;
    }

    /** All connections so far, also those that ended. */
    public List<FaultLink> links() {
        return links;
    }

    /** A connection, counted from 1 in order of acceptance. */
    public FaultLink link(int number) {
        return links.get(number - 1);
    }

    public String url(String path) {
        return (tls == null ? "ws://127.0.0.1:" : "wss://localhost:") + port + path;
    }

    int serverPort() {
        return serverPort;
    }

    void delivered(FaultLink link, String text) {
        onDelivered.accept(link, text);
    }

    private void acceptAll(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket socket = from.accept();
                socket.setTcpNoDelay(true);
                Tls certificate = tls;
                FaultLink link = new FaultLink(
                        this, links.size() + 1, socket, certificate == null ? socket : certificate.over(socket));
                links.add(link);
                Greeting running = greeting;
                ScriptedServer.daemon("link-" + link.number(), () -> greet(running, link));
            } catch (IOException e) {
                // closed, or a client that was gone before it was accepted
            }
        }
    }

    private static void greet(Greeting greeting, FaultLink link) {
        try {
            greeting.greet(link);
        } catch (IOException | UncheckedIOException e) {
            link.end();
        }
    }

    /** Ends everything. */
    @Override
    public synchronized void close() {
        closed = true;
        refuse();
        links.forEach(FaultLink::end);
    }
}
