package io.firstline.config;

import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The paths over which the connections of a feed spread. Immutable; checked in the constructor.
 *
 * @param addresses over how many addresses of each host to spread; default {@link #ALL}
 * @param localAddresses addresses or network interfaces of this machine, used in turn; empty (default) = the system
 *     chooses
 * @param proxies used in turn; empty (default) = none
 * @param noProxy hosts that are connected to without a proxy, in the form of the variable {@code NO_PROXY}; see {@link
 *     #isNoProxy}
 * @param only one target for each connection, which keeps it: nothing else is tried, neither another address nor
 *     another turn; empty (default) = connections spread as the other values say
 */
public record PathsConfig(
        int addresses,
        List<String> localAddresses,
        List<Proxy> proxies,
        List<String> noProxy,
        List<ConnectTarget> only) {
    /** All addresses of a host. */
    public static final int ALL = 1_024;

    /** The forms of an entry of {@code NO_PROXY}, for people. */
    public static final String NO_PROXY_ALLOWED =
            "names, addresses and networks such as 10.0.0.0/8 or fd00::/8, perhaps with a port, or *";

    /** All addresses of a host, from any local address, without a proxy. */
    public static final PathsConfig DEFAULT = new PathsConfig(ALL, List.of(), List.of(), List.of());

    /** Paths over which connections spread. */
    public PathsConfig(int addresses, List<String> localAddresses, List<Proxy> proxies, List<String> noProxy) {
        this(addresses, localAddresses, proxies, noProxy, List.of());
    }

    public PathsConfig {
        localAddresses = localAddresses == null ? List.of() : List.copyOf(localAddresses);
        proxies = proxies == null ? List.of() : List.copyOf(proxies);
        noProxy = noProxy == null ? List.of() : List.copyOf(noProxy);
        only = only == null ? List.of() : List.copyOf(only);
        Checks checks = new Checks().range("paths/addresses", addresses, 1, ALL);
        noProxy.stream()
                .filter(entry -> !isNoProxy(entry))
                .forEach(entry -> checks.require(false, "paths/noProxy", ProblemText.quoted(entry), NO_PROXY_ALLOWED));
        checks.throwIfAny("paths");
    }

    /**
     * Returns whether a text is an entry of {@code NO_PROXY}: a name, which includes its subdomains, an address, a network
     * such as {@code 10.0.0.0/8} or {@code fd00::/8}, each perhaps with a port, or {@code *}.
     */
    public static boolean isNoProxy(String entry) {
        return DirectHosts.parse(entry) != null;
    }

    /** The texts that may have placeholders of secrets. */
    List<String> templates() {
        return proxies.stream().flatMap(proxy -> proxy.templates().stream()).toList();
    }

    /** The same paths with the placeholders of their logins filled in. */
    public PathsConfig filled(UnaryOperator<String> values) {
        List<Proxy> filled = proxies.stream()
                .map(proxy -> proxy.withLogin(values.apply(proxy.user()), values.apply(proxy.password())))
                .toList();
        return new PathsConfig(addresses, localAddresses, filled, noProxy, only);
    }

    /** The same for connections that keep one target each. */
    public PathsConfig withOnly(List<ConnectTarget> targets) {
        return new PathsConfig(addresses, localAddresses, proxies, noProxy, targets);
    }

    /** The path of a request over HTTP: the first. */
    public PathConfig first(URI url) {
        return of(url).get(0);
    }

    /** The paths to the host of a URL, without its addresses; those next to each other differ in as much as they can. */
    public List<PathConfig> of(URI url) {
        List<Proxy> through = new ArrayList<>(isDirect(url) ? List.of() : proxies);
        List<String> from = new ArrayList<>(localAddresses);
        if (through.isEmpty()) {
            through.add(null);
        }
        if (from.isEmpty()) {
            from.add(null);
        }
        Set<PathConfig> paths = new LinkedHashSet<>();
        for (int turn = 0; paths.size() < from.size() * through.size(); turn++) {
            // shifts by one after each full turn, so that every pair comes
            int shift = turn / from.size() / through.size();
            paths.add(new PathConfig(null, from.get(turn % from.size()), through.get((turn + shift) % through.size())));
        }
        return List.copyOf(paths);
    }

    private boolean isDirect(URI url) {
        return noProxy.stream().map(DirectHosts::parse).anyMatch(hosts -> hosts.include(url));
    }
}
