package io.firstline.config;

import io.firstline.config.check.Checks;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The paths over which the connections of a feed spread. Immutable; checked in the constructor.
 *
 * @param addresses over how many addresses of each host to spread; default {@link #ALL}
 * @param localAddresses addresses or network interfaces of this machine, used in turn; empty (default) = the system
 *     chooses
 * @param proxies used in turn; empty (default) = none
 * @param noProxy hosts that are connected to without a proxy, in the form of the variable {@code NO_PROXY}
 */
public record PathsConfig(int addresses, List<String> localAddresses, List<Proxy> proxies, List<String> noProxy) {
    /** All addresses of a host. */
    public static final int ALL = 1_024;

    /** All addresses of a host, from any local address, without a proxy. */
    public static final PathsConfig DEFAULT = new PathsConfig(ALL, List.of(), List.of(), List.of());

    public PathsConfig {
        localAddresses = localAddresses == null ? List.of() : List.copyOf(localAddresses);
        proxies = proxies == null ? List.of() : List.copyOf(proxies);
        noProxy = noProxy == null ? List.of() : List.copyOf(noProxy);
        new Checks().range("paths/addresses", addresses, 1, ALL).throwIfAny("paths");
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
        return new PathsConfig(addresses, localAddresses, filled, noProxy);
    }

    /** The path of a request over HTTP: the first. */
    public PathConfig first(String host) {
        return of(host).get(0);
    }

    /** The paths to a host, without its addresses; those next to each other differ in as much as they can. */
    public List<PathConfig> of(String host) {
        List<Proxy> through = new ArrayList<>(isDirect(host) ? List.of() : proxies);
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

    /** Whether no proxy is used for a host. */
    boolean isDirect(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return noProxy.stream()
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .anyMatch(entry -> {
                    String domain = entry.replaceFirst("^\\*?\\.", "");
                    return entry.equals("*") || name.equals(domain) || name.endsWith("." + domain);
                });
    }
}
