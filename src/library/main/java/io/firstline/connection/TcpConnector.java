package io.firstline.connection;

import io.firstline.config.PathConfig;
import io.firstline.config.Proxy;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.LocalAddresses;
import io.firstline.connection.report.ConnectTimes;
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
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;

/**
 * Opens TCP connections, with TLS, on the path that a configuration wants. Has one client for each local address,
 * because Vert.x sets the address per client. Runs on one context.
 */
final class TcpConnector {
    private static final int MAX_ADDRESSES = 6;
    /** An interface whose address changes this often is broken. */
    private static final int MAX_CLIENTS = 256;

    private final Vertx vertx;
    private final NetClientOptions options;
    private final Names names;
    private final Scheduler scheduler;
    private final AddressOrder order = new AddressOrder();
    /** By local address; the empty one is the system's choice. */
    private final Map<String, NetClient> clients = new ConcurrentHashMap<>();

    private volatile boolean closed;

    TcpConnector(Vertx vertx, NetClientOptions options) {
        this.vertx = vertx;
        this.options = options;
        this.names = Names.of(vertx);
        this.scheduler = Scheduler.of(vertx);
        client(null);
    }

    /**
     * An open TCP connection, with TLS if the URL wants it.
     *
     * @param place the address that it uses; null = that of a proxy
     */
    record Reached(NetSocket socket, Path path, AddressOrder.Place place, ConnectTimes times) {}

    /** One that was opened to an address. */
    record Opened(NetSocket socket, double tcpMs, double tlsMs) {}

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
    static Future<List<InetAddress>> locals(ContextInternal context, String local) {
        if (local == null) {
            return context.succeededFuture(List.of());
        }
        return context.executeBlocking(() -> LocalAddresses.of(local), false)
                .compose(found -> found.isEmpty()
                        ? context.failedFuture(
                                new NoRouteToHostException("this machine has no address or interface " + local))
                        : context.succeededFuture(found));
    }

    /** To the least used of the host's addresses; to the next one if that does not answer soon. */
    private Future<Reached> direct(
            ContextInternal context, WsConnectionConfig config, URI uri, List<InetAddress> locals) {
        String from = config.path().local() == null ? "" : config.path().local();
        long began = scheduler.nowNanos();
        return wanted(config, from, uri.getHost()).compose(found -> {
            double dnsMs = msSince(began);
            List<InetAddress> usable = usable(found, locals);
            if (usable.isEmpty()) {
                return Future.failedFuture(noRoute(locals));
            }
            List<InetAddress> ordered = preferred(
                    config.path().server(),
                    order.ordered(from, usable, config.paths().addresses(), scheduler.nowNanos()));
            return new AddressRace(context, order, scheduler, from)
                    .run(
                            ordered.subList(0, Math.min(MAX_ADDRESSES, ordered.size())),
                            address -> open(local(locals, address), to(config, place(address, uri)), uri))
                    .map(won -> new Reached(
                            won.opened().socket(),
                            pathOf(config).withServer(won.place().address().getHostAddress()),
                            won.place(),
                            times(dnsMs, won.opened())));
        });
    }

    private double msSince(long nanos) {
        return (scheduler.nowNanos() - nanos) / 1e6;
    }

    private static ConnectTimes times(double dnsMs, Opened opened) {
        return new ConnectTimes(dnsMs, opened.tcpMs(), opened.tlsMs(), Double.NaN);
    }

    /** Opens TCP and then TLS, which Vert.x would do in one step of which nobody sees the parts. */
    private Future<Opened> open(InetAddress local, ConnectOptions to, URI uri) {
        long began = scheduler.nowNanos();
        return client(local).connect(to).compose(socket -> {
            double tcpMs = msSince(began);
            if (!isTls(uri)) {
                return Future.succeededFuture(new Opened(socket, tcpMs, Double.NaN));
            }
            long opened = scheduler.nowNanos();
            return socket.upgradeToSsl(options.getSslOptions())
                    .map(secured -> new Opened(socket, tcpMs, msSince(opened)))
                    .recover(failure -> {
                        AddressRace.discard(socket);
                        return Future.failedFuture(tlsFailure(failure));
                    });
        });
    }

    /** However the handshake failed: the reason is the cause. */
    private static SSLHandshakeException tlsFailure(Throwable cause) {
        SSLHandshakeException failure = new SSLHandshakeException("Failed to create SSL connection");
        failure.initCause(cause);
        return failure;
    }

    /** The addresses to try: the only wanted one, or those of the host. */
    private Future<List<InetAddress>> wanted(WsConnectionConfig config, String from, String host) {
        return config.paths().only().isEmpty() || config.path().server() == null
                ? addresses(from, host)
                : names.addresses(config.path().server());
    }

    /** The addresses of a host, asked for again if all that are known fail. */
    private Future<List<InetAddress>> addresses(String from, String host) {
        return names.lastKnown(host, false).compose(found -> {
            boolean noneWorks = found.stream().allMatch(each -> order.isLeftAlone(from, each, scheduler.nowNanos()));
            return noneWorks ? names.lastKnown(host, true) : Future.succeededFuture(found);
        });
    }

    /** The wanted address first. */
    private static List<InetAddress> preferred(String wanted, List<InetAddress> ordered) {
        return ordered.stream()
                .sorted(Comparator.comparing(
                        address -> !address.getHostAddress().equals(wanted)))
                .toList();
    }

    /** Through a proxy, which resolves the host. */
    private Future<Reached> proxied(
            ContextInternal context, WsConnectionConfig config, URI uri, List<InetAddress> locals) {
        Proxy proxy = config.path().proxy();
        SocketAddress target = SocketAddress.inetSocketAddress(port(uri), withoutBrackets(uri.getHost()));
        long began = scheduler.nowNanos();
        return names.lastKnown(proxy.host(), false)
                .compose(found -> {
                    double dnsMs = msSince(began);
                    List<InetAddress> usable = usable(found, locals);
                    return usable.isEmpty()
                            ? Future.failedFuture(noRoute(locals))
                            : Staggered.first(
                                            context,
                                            usable.stream()
                                                    .limit(MAX_ADDRESSES)
                                                    .<Supplier<Future<Opened>>>map(address -> () -> open(
                                                            local(locals, address),
                                                            to(config, target)
                                                                    .setProxyOptions(options(proxy, address, config)),
                                                            uri))
                                                    .toList(),
                                            AddressRace.NEXT_MS,
                                            late -> AddressRace.discard(late.socket()))
                                    .map(opened -> new Reached(
                                            opened.socket(),
                                            pathOf(config).withServer(null),
                                            null,
                                            times(dnsMs, opened)));
                })
                .recover(failure -> Future.failedFuture(ProxyFailure.of(proxy, target.toString(), failure)));
    }

    /** The address of a connection accepts it, but serves no feed. */
    void failed(Reached reached) {
        if (reached.place() != null) {
            order.failed(reached.place(), scheduler.nowNanos());
        }
    }

    static ProxyOptions options(Proxy proxy, InetAddress address, WsConnectionConfig config) {
        ProxyOptions options = new ProxyOptions()
                .setType(proxy.kind() == Proxy.Kind.HTTP ? ProxyType.HTTP : ProxyType.SOCKS5)
                .setHost(address.getHostAddress())
                .setPort(proxy.port())
                .setConnectTimeout(Duration.ofMillis(config.connectTimeoutMs()));
        return proxy.hasLogin() ? options.setUsername(proxy.user()).setPassword(proxy.password()) : options;
    }

    private static ConnectOptions to(WsConnectionConfig config, SocketAddress remote) {
        return new ConnectOptions().setRemoteAddress(remote).setSsl(false).setTimeout(config.connectTimeoutMs());
    }

    /** The addresses to which a connection can go from here. */
    static List<InetAddress> usable(List<InetAddress> addresses, List<InetAddress> locals) {
        return locals.isEmpty()
                ? addresses
                : addresses.stream()
                        .filter(address -> local(locals, address) != null)
                        .toList();
    }

    /** The local address for a connection to an address; null = the system chooses, or there is none. */
    static InetAddress local(List<InetAddress> locals, InetAddress address) {
        return locals.stream()
                .filter(local -> local instanceof Inet4Address == address instanceof Inet4Address)
                .findFirst()
                .orElse(null);
    }

    static NoRouteToHostException noRoute(List<InetAddress> locals) {
        return new NoRouteToHostException("the host has no address of the IP version of the local address "
                + locals.get(0).getHostAddress());
    }

    /** An address under the host's name, which is the name in the expected certificate. */
    private static SocketAddress place(InetAddress address, URI uri) {
        return SocketAddress.inetSocketAddress(new InetSocketAddress(
                isTls(uri) ? named(withoutBrackets(uri.getHost()), address) : address, port(uri)));
    }

    private static InetAddress named(String name, InetAddress address) {
        try {
            return address instanceof Inet6Address scoped && scoped.getScopeId() != 0
                    ? Inet6Address.getByAddress(name, scoped.getAddress(), scoped.getScopeId())
                    : InetAddress.getByAddress(name, address.getAddress());
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(address + " is no address", impossible);
        }
    }

    private NetClient client(InetAddress local) {
        return clients.computeIfAbsent(local == null ? "" : local.getHostAddress(), key -> {
            if (closed || clients.size() >= MAX_CLIENTS) {
                throw new IllegalStateException(
                        closed ? "the client is closed" : "more than " + MAX_CLIENTS + " local addresses");
            }
            NetClientOptions own = new NetClientOptions(options);
            return vertx.createNetClient(key.isEmpty() ? own : own.setLocalAddress(key));
        });
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
