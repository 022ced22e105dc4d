package io.firstline.connection;

import io.firstline.config.PathConfig;
import io.firstline.config.Proxy;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.LocalAddresses;
import io.firstline.connection.report.Path;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.SocketAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens TCP connections, with TLS, on the path that a configuration wants. Has one client for each local address,
 * because Vert.x sets the address per client. Runs on one context.
 */
final class TcpConnector {
    private static final Logger LOG = LoggerFactory.getLogger(TcpConnector.class);

    private static final int MAX_ADDRESSES = 6;
    private static final long NEXT_ADDRESS_MS = 1_000;
    /** An interface whose address changes this often is broken. */
    private static final int MAX_CLIENTS = 256;

    private final Vertx vertx;
    private final NetClientOptions options;
    private final Names names;
    /** By local address; the empty one is the system's choice. */
    private final Map<String, NetClient> clients = new ConcurrentHashMap<>();

    private volatile boolean closed;

    TcpConnector(Vertx vertx, NetClientOptions options) {
        this.vertx = vertx;
        this.options = options;
        this.names = Names.of(vertx);
        client(null);
    }

    /** An open TCP connection and its path. */
    record Reached(NetSocket socket, Path path) {}

    /** The path that a configuration wants. */
    static Path pathOf(WsConnectionConfig config) {
        PathConfig wanted = config.path();
        return new Path(
                FeedUrl.authority(config.url()),
                wanted.server(),
                wanted.local(),
                wanted.proxy() == null ? null : wanted.proxy().address());
    }

    Future<Void> close() {
        closed = true;
        return Future.join(clients.values().stream().map(NetClient::close).toList())
                .mapEmpty();
    }

    /** Connects to the place of a URL; the certificate must have the URL's name, whatever the path. */
    Future<Reached> connect(ContextInternal context, WsConnectionConfig config, URI uri) {
        return locals(context, config.path().local())
                .compose(locals -> config.path().proxy() == null
                        ? direct(context, config, uri, locals)
                        : proxied(context, config, uri, locals));
    }

    /** The local addresses to connect from; empty = the system chooses. */
    private static Future<List<InetAddress>> locals(ContextInternal context, String local) {
        if (local == null) {
            return context.succeededFuture(List.of());
        }
        return context.executeBlocking(() -> LocalAddresses.of(local), false)
                .compose(found -> found.isEmpty()
                        ? context.failedFuture(
                                new NoRouteToHostException("this machine has no address or interface " + local))
                        : context.succeededFuture(found));
    }

    private Future<Reached> direct(
            ContextInternal context, WsConnectionConfig config, URI uri, List<InetAddress> locals) {
        return names.addresses(uri.getHost())
                .compose(addresses -> first(context, addresses, locals, (local, address) -> client(local)
                        .connect(to(
                                config,
                                uri,
                                SocketAddress.inetSocketAddress(new InetSocketAddress(address, port(uri)))))
                        .map(socket -> new Reached(socket, pathOf(config).withServer(address.getHostAddress())))));
    }

    private Future<Reached> proxied(
            ContextInternal context, WsConnectionConfig config, URI uri, List<InetAddress> locals) {
        Proxy proxy = config.path().proxy();
        SocketAddress target = SocketAddress.inetSocketAddress(port(uri), withoutBrackets(uri.getHost()));
        return names.addresses(proxy.host())
                .compose(addresses -> first(context, addresses, locals, (local, address) -> client(local)
                        .connect(to(config, uri, target).setProxyOptions(options(proxy, address, config)))
                        .map(socket -> new Reached(socket, pathOf(config).withServer(null)))))
                .recover(failure -> Future.failedFuture(ProxyFailure.of(proxy, target.toString(), failure)));
    }

    private static ProxyOptions options(Proxy proxy, InetAddress address, WsConnectionConfig config) {
        ProxyOptions options = new ProxyOptions()
                .setType(proxy.kind() == Proxy.Kind.HTTP ? ProxyType.HTTP : ProxyType.SOCKS5)
                .setHost(address.getHostAddress())
                .setPort(proxy.port())
                .setConnectTimeout(Duration.ofMillis(config.connectTimeoutMs()));
        return proxy.hasLogin() ? options.setUsername(proxy.user()).setPassword(proxy.password()) : options;
    }

    private static ConnectOptions to(WsConnectionConfig config, URI uri, SocketAddress remote) {
        ConnectOptions connect =
                new ConnectOptions().setRemoteAddress(remote).setSsl(isTls(uri)).setTimeout(config.connectTimeoutMs());
        if (isTls(uri)) {
            // the name in the expected certificate
            connect.setHost(withoutBrackets(uri.getHost())).setPort(port(uri));
        }
        return connect;
    }

    /** Connects from a local address, null = any, to an address. */
    private interface Attempt {
        Future<Reached> connect(InetAddress local, InetAddress address);
    }

    /** The first of these addresses that can be reached, tried one after the other. */
    private static Future<Reached> first(
            ContextInternal context, List<InetAddress> addresses, List<InetAddress> locals, Attempt attempt) {
        List<Supplier<Future<Reached>>> attempts = new ArrayList<>();
        for (InetAddress address : addresses) {
            if (locals.isEmpty()) {
                attempts.add(() -> attempt.connect(null, address));
            } else {
                locals.stream()
                        .filter(local -> isSameVersion(local, address))
                        .findFirst()
                        .ifPresent(local -> attempts.add(() -> attempt.connect(local, address)));
            }
        }
        if (attempts.isEmpty()) {
            return context.failedFuture(new NoRouteToHostException("the host has no address of the version of "
                    + locals.get(0).getHostAddress() + ", the local address"));
        }
        return Staggered.first(
                context,
                attempts.subList(0, Math.min(MAX_ADDRESSES, attempts.size())),
                NEXT_ADDRESS_MS,
                late -> late.socket().close().onFailure(e -> LOG.debug("could not close a surplus connection", e)));
    }

    private static boolean isSameVersion(InetAddress a, InetAddress b) {
        return a instanceof Inet4Address == b instanceof Inet4Address;
    }

    private NetClient client(InetAddress local) {
        String key = local == null ? "" : local.getHostAddress();
        NetClient known = clients.get(key);
        if (known == null) {
            if (closed || clients.size() >= MAX_CLIENTS) {
                throw new IllegalStateException(
                        closed ? "the client is closed" : "more than " + MAX_CLIENTS + " local addresses");
            }
            NetClientOptions own = new NetClientOptions(options);
            known = vertx.createNetClient(local == null ? own : own.setLocalAddress(key));
            clients.put(key, known);
        }
        return known;
    }

    private static String withoutBrackets(String host) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
    }

    static boolean isTls(URI uri) {
        return "wss".equalsIgnoreCase(uri.getScheme());
    }

    static int port(URI uri) {
        return uri.getPort() > 0 ? uri.getPort() : isTls(uri) ? 443 : 80;
    }
}
