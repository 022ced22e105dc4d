package io.firstline.config;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The path of one connection to the host of its URL. Immutable.
 *
 * @param server the preferred address of the host, or the only one with {@link PathsConfig#only}; null = any
 * @param local the address or the network interface of this machine; null = the system chooses
 * @param proxy null = none
 */
public record PathConfig(String server, String local, Proxy proxy) {
    /** Everything is open. */
    public static final PathConfig ANY = new PathConfig(null, null, null);

    /** The texts that may have placeholders of secrets. */
    List<String> templates() {
        return proxy == null ? List.of() : proxy.templates();
    }

    /**
     * The place at which a server counts connections on this path, with its host or domain: servers see the address of
     * a proxy or, without one, the local address.
     */
    public String place(String host) {
        if (proxy != null) {
            return host + " through " + proxy.address();
        }
        return local == null ? host : host + " from " + local;
    }

    /** The same path with the placeholders of its login filled in. */
    public PathConfig filled(UnaryOperator<String> values) {
        return proxy == null
                ? this
                : new PathConfig(
                        server, local, proxy.withLogin(values.apply(proxy.user()), values.apply(proxy.password())));
    }
}
