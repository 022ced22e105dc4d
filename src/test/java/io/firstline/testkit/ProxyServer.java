package io.firstline.testkit;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A proxy on 127.0.0.1, HTTP CONNECT or SOCKS version 5, which resolves every name to 127.0.0.1. Plain JDK sockets and
 * daemon threads. All methods may be called from any thread.
 */
public final class ProxyServer implements AutoCloseable {
    private static final int OK = 200;
    private static final int LOGIN_REQUIRED = 407;

    private final boolean socks;
    /** {@code user:password}; empty = none wanted. */
    private final String login;

    private final List<String> targets = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile int status = OK;
    private volatile ServerSocket listener;
    private int port;

    private ProxyServer(boolean socks, String login) {
        this.socks = socks;
        this.login = login;
        listen();
    }

    /** HTTP CONNECT; an empty login = none wanted. */
    public static ProxyServer http(String login) {
        return new ProxyServer(false, login);
    }

    /** SOCKS version 5; an empty login = none wanted. */
    public static ProxyServer socks(String login) {
        return new ProxyServer(true, login);
    }

    /** Without a login: {@code http://127.0.0.1:port} or {@code socks5://127.0.0.1:port}. */
    public String url() {
        return url("");
    }

    public String url(String credentials) {
        return (socks ? "socks5://" : "http://") + (credentials.isEmpty() ? "" : credentials + "@") + "127.0.0.1:"
                + port;
    }

    /** The places that clients wanted, in order. */
    public List<String> targets() {
        return targets;
    }

    /** Answers all requests with this status of HTTP from now on; 200 = connects. */
    public void answer(int newStatus) {
        status = newStatus;
    }

    /** Ends all connections, and refuses new ones. */
    public synchronized void kill() {
        quietly(listener);
        sockets.forEach(ProxyServer::quietly);
        sockets.clear();
    }

    /** Listens, at the same port as before. */
    public synchronized void listen() {
        try {
            ServerSocket opened = new ServerSocket();
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 256);
            port = opened.getLocalPort();
            listener = opened;
            ScriptedServer.daemon("proxy", () -> acceptAll(opened));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void acceptAll(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                client.setTcpNoDelay(true);
                sockets.add(client);
                ScriptedServer.daemon("proxied", () -> serve(client));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket client) {
        try {
            DataInputStream in = new DataInputStream(client.getInputStream());
            String target =
                    socks ? socksTarget(in, client.getOutputStream()) : httpTarget(in, client.getOutputStream());
            if (target == null) {
                client.close();
                return;
            }
            int colon = target.lastIndexOf(':');
            Socket server = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(target.substring(colon + 1)));
            server.setTcpNoDelay(true);
            sockets.add(server);
            client.getOutputStream()
                    .write(
                            socks
                                    ? new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0}
                                    : ascii("HTTP/1.1 200 Connection established\r\n\r\n"));
            ScriptedServer.daemon("proxied-back", () -> pump(server, client));
            pump(client, server);
        } catch (IOException | NumberFormatException e) {
            quietly(client);
        }
    }

    /** Null = refused. */
    private String httpTarget(InputStream in, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        String target = head.substring(head.indexOf(" ") + 1, head.indexOf(" HTTP"));
        targets.add(target);
        String wanted = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        boolean known = login.isEmpty()
                || (head.toString().toLowerCase(Locale.ROOT).contains("proxy-authorization: basic")
                        && head.indexOf(wanted) > 0);
        int answer = known ? status : LOGIN_REQUIRED;
        if (answer == OK) {
            return target;
        }
        out.write(ascii("HTTP/1.1 " + answer + " No\r\nContent-Length: 0\r\n\r\n"));
        return null;
    }

    /** Null = refused. */
    private String socksTarget(DataInputStream in, OutputStream out) throws IOException {
        in.readByte();
        in.readNBytes(in.readByte()); // the client's methods
        out.write(new byte[] {5, (byte) (login.isEmpty() ? 0 : 2)});
        if (!login.isEmpty()) {
            in.readByte();
            String given = text(in) + ":" + text(in);
            out.write(new byte[] {1, (byte) (given.equals(login) ? 0 : 1)});
            if (!given.equals(login)) {
                return null;
            }
        }
        in.readNBytes(3);
        int kind = in.readByte();
        String host = kind == 3
                ? text(in)
                : InetAddress.getByAddress(in.readNBytes(kind == 1 ? 4 : 16)).getHostAddress();
        String target = host + ":" + in.readUnsignedShort();
        targets.add(target);
        if (status == OK) {
            return target;
        }
        out.write(new byte[] {5, 2, 0, 1, 0, 0, 0, 0, 0, 0}); // not allowed by the ruleset
        return null;
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one side is gone
        }
        quietly(from);
        quietly(to);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void quietly(Closeable open) {
        try {
            open.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    @Override
    public void close() {
        kill();
    }
}
