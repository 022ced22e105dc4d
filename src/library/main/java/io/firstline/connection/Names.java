package io.firstline.connection;

import io.firstline.connection.KnownAddresses.Answer;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddresses;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.shareddata.Shareable;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Resolves host names anew for every attempt to connect. Vert.x' own resolver reads resolv.conf once per process and
 * caches answers for their whole time to live, so after a change of network it resolves nothing.
 *
 * <p>The order is: the hosts file; the name servers of resolv.conf, each asked 300 ms after the previous one if that
 * has not answered; then the JVM's own means (mDNS, NIS …), on a separate thread for at most 5 s. The files are read
 * for each look-up, and simultaneous requests for a name share one look-up. {@link #lastKnown} remembers answers for
 * their time to live, and for as long as there is no other.
 *
 * <p>If {@link AddressResolverOptions} sets name servers or a hosts file, Vert.x resolves names instead. The system
 * properties {@value #RESOLV_CONF} and {@value #HOSTS} name other files. Thread-safe; completes on the caller's
 * context.
 */
public final class Names implements Shareable {
    static final String RESOLV_CONF = "firstline.resolvConf";
    static final String HOSTS = "firstline.hosts";

    private static final String SHARED = "firstline.names";
    private static final long NEXT_SERVER_MS = 300;
    private static final long QUERY_TIMEOUT_MS = 1_500;
    private static final long DNS_TIMEOUT_MS = 4_000;
    private static final long SYSTEM_TIMEOUT_MS = 5_000;
    private static final int MAX_SYSTEM_LOOKUPS = 4;
    private static final int MAX_WAITING_READS = 1_024;

    private static final Executor FILES =
            daemons("firstline-name-files", 1, new LinkedBlockingQueue<>(MAX_WAITING_READS));
    /** Further look-ups are rejected while this many hang. */
    private static final Executor SYSTEM = daemons("firstline-names", MAX_SYSTEM_LOOKUPS, new SynchronousQueue<>());

    private final VertxInternal vertx;
    private final Path resolvConf;
    private final Path hosts;
    private final Map<String, Promise<List<InetAddress>>> underWay = new ConcurrentHashMap<>();
    private final KnownAddresses known;

    Names(Vertx vertx, Path resolvConf, Path hosts) {
        this(vertx, resolvConf, hosts, Scheduler.of(vertx));
    }

    /** Used by tests whose answers expire by another clock. */
    Names(Vertx vertx, Path resolvConf, Path hosts, Scheduler scheduler) {
        this.vertx = (VertxInternal) vertx;
        this.resolvConf = resolvConf;
        this.hosts = hosts;
        this.known = new KnownAddresses(scheduler);
    }

    /** Makes all future clients of this Vert.x use this instance. */
    void share() {
        vertx.sharedData().<String, Names>getLocalMap(SHARED).put(SHARED, this);
    }

    /** Threads that end when idle. They belong to no verticle, so no undeployment ends them. */
    private static Executor daemons(String name, int threads, BlockingQueue<Runnable> queue) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, queue, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Fails also for an error, such as no memory for a thread: later attempts wait for this one. */
    static <T> Future<T> blocking(ContextInternal context, Executor executor, Callable<T> task) {
        Promise<T> promise = context.promise();
        try {
            executor.execute(() -> {
                try {
                    promise.complete(task.call());
                } catch (Throwable e) {
                    promise.fail(e);
                }
            });
        } catch (RejectedExecutionException | Error notRun) {
            promise.fail(notRun);
        }
        return promise.future();
    }

    /** The instance that all clients of this Vert.x share. */
    public static Names of(Vertx vertx) {
        return vertx.sharedData()
                .<String, Names>getLocalMap(SHARED)
                .computeIfAbsent(
                        SHARED,
                        name -> new Names(
                                vertx,
                                Path.of(System.getProperty(RESOLV_CONF, "/etc/resolv.conf")),
                                Path.of(System.getProperty(HOSTS, "/etc/hosts"))));
    }

    /**
     * The addresses of a host as last resolved, until their time to live is over; then as {@link #addresses}, but
     * without waiting for silent name servers.
     *
     * @param anew whether to ask although their time to live is not over
     */
    public Future<List<InetAddress>> lastKnown(String host, boolean anew) {
        return known.of(vertx.getOrCreateContext(), bare(host), () -> addresses(host), anew)
                .map(Names::inOrder);
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /**
     * Resolves a host. IPv4 addresses come first, as elsewhere in Vert.x. Within a version the order is random, so that
     * connections that open together spread over a venue's servers.
     *
     * @param host a name or an address, also in brackets
     * @return fails with an {@link UnknownHostException}
     */
    Future<List<InetAddress>> addresses(String host) {
        ContextInternal context = vertx.getOrCreateContext();
        String name = bare(host);
        if (NameSources.isAddress(name)) {
            try {
                return context.succeededFuture(List.of(InetAddress.getByName(name))); // an address needs no look-up
            } catch (UnknownHostException unknownScope) {
                return context.failedFuture(unknownScope);
            }
        }
        Promise<List<InetAddress>> mine = context.promise();
        Promise<List<InetAddress>> shared = underWay.putIfAbsent(name, mine);
        if (shared == null) {
            lookUp(context, name).onComplete(found -> {
                underWay.remove(name, mine);
                if (found.succeeded()) {
                    known.answered(name, found.result());
                    mine.complete(found.result().addresses());
                } else {
                    mine.fail(found.cause());
                }
            });
            return mine.future().map(Names::inOrder);
        }
        PromiseInternal<List<InetAddress>> here = context.promise();
        shared.future().onComplete(here);
        return here.future().map(Names::inOrder);
    }

    private static List<InetAddress> inOrder(List<InetAddress> found) {
        List<InetAddress> addresses = new ArrayList<>(found);
        Random random = ThreadLocalRandom.current();
        Collections.shuffle(addresses, random);
        addresses.sort((a, b) -> Boolean.compare(b instanceof Inet4Address, a instanceof Inet4Address));
        return addresses;
    }

    private Future<Answer> lookUp(ContextInternal context, String name) {
        AddressResolverOptions own = vertx.nameResolver().options();
        boolean ownServers = own.getServers() != null && !own.getServers().isEmpty();
        if (ownServers || own.getHostsPath() != null || own.getHostsValue() != null) {
            PromiseInternal<List<InetSocketAddress>> answer = context.promise();
            vertx.nameResolver().resolveAll(context.nettyEventLoop(), name).addListener(answer);
            return answer.future()
                    .map(found -> passing(
                            found.stream().map(InetSocketAddress::getAddress).toList()));
        }
        return blocking(context, FILES, () -> NameSources.read(resolvConf, hosts, name))
                .compose(sources -> sources.addresses().isEmpty()
                        ? ask(context, name, sources).recover(unknown -> askSystem(context, name, unknown))
                        : Future.succeededFuture(passing(sources.addresses())));
    }

    /** Addresses that are asked for again at the next attempt. */
    private static Answer passing(List<InetAddress> addresses) {
        return new Answer(addresses, 0);
    }

    private Future<Answer> ask(ContextInternal context, String name, NameSources sources) {
        List<Supplier<Future<Answer>>> servers = sources.servers().stream()
                .<Supplier<Future<Answer>>>map(server -> () -> askServer(context, name, server, sources))
                .toList();
        return Staggered.first(context, servers, NEXT_SERVER_MS, late -> {})
                .timeout(DNS_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(
                        failure instanceof UnknownHostException
                                ? failure
                                : new UnknownHostException(name + ": no name server answered")));
    }

    /** Asks one name server for both kinds of address. */
    private Future<Answer> askServer(
            ContextInternal context, String name, InetSocketAddress server, NameSources sources) {
        DnsNameResolver resolver;
        TimeToLive timeToLive = new TimeToLive();
        try {
            resolver = new DnsNameResolverBuilder(context.nettyEventLoop())
                    .datagramChannelFactory(() -> vertx.transport().datagramChannel())
                    .socketChannelFactory(() -> (SocketChannel)
                            vertx.transport().channelFactory(false).newChannel())
                    .nameServerProvider(any -> DnsServerAddresses.singleton(server).stream())
                    .queryServerAddressStream(DnsServerAddresses.singleton(server).stream())
                    .resolveCache(timeToLive)
                    .cnameCache(NoopDnsCnameCache.INSTANCE)
                    .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                    .hostsFileEntriesResolver((host, types) -> null)
                    .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
                    .completeOncePreferredResolved(false)
                    .queryTimeoutMillis(QUERY_TIMEOUT_MS)
                    .searchDomains(sources.search())
                    .ndots(sources.ndots())
                    .build();
        } catch (RuntimeException noSocket) {
            return Future.failedFuture(new UnknownHostException(name + ": " + noSocket.getMessage()));
        }
        PromiseInternal<List<InetAddress>> answer = context.promise();
        resolver.resolveAll(name).addListener(answer);
        return answer.future()
                .map(addresses -> new Answer(addresses, timeToLive.seconds()))
                .onComplete(done -> resolver.close());
    }

    private static Future<Answer> askSystem(ContextInternal context, String name, Throwable unknown) {
        return blocking(context, SYSTEM, () -> passing(List.of(InetAddress.getAllByName(name))))
                .timeout(SYSTEM_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .recover(neither -> Future.failedFuture(unknown));
    }
}
