package io.firstline.service;

import io.firstline.connection.HostAddresses;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that name the paths to a URL or a venue. */
final class PathOptions {
    @Option(
            names = "--address",
            paramLabel = "IP",
            description = "an address of the host, instead of those that its name has; may be repeated")
    private List<String> addresses = List.of();

    @Option(
            names = "--local-address",
            paramLabel = "IP|NAME",
            description = "an address or a network interface of this machine to connect from; may be repeated")
    private List<String> localAddresses = List.of();

    @Option(
            names = "--proxy",
            paramLabel = "URL",
            description = "http://[user:password@]host:port or socks5://…, where the login may name a --secret as "
                    + "$${secret.NAME}; may be repeated")
    private List<String> proxies = List.of();

    /** Returns the addresses of the host, which are checked; empty = those of its name. */
    List<String> addresses() {
        for (String address : addresses) {
            if (!HostAddresses.isAddress(address)) {
                throw new BadInputException(
                        "--address: found " + address + ", allowed: an address of the host, such as 192.0.2.7");
            }
            if (Collections.frequency(addresses, address) > 1) {
                throw new BadInputException("--address: found " + address + " twice, allowed: each address once");
            }
        }
        return addresses;
    }

    /** Returns the value of {@code paths} in a feed's configuration; null = nothing was named. */
    JsonObject paths() {
        if (localAddresses.isEmpty() && proxies.isEmpty()) {
            return null;
        }
        JsonObject paths = new JsonObject();
        if (!localAddresses.isEmpty()) {
            paths.put("localAddresses", new JsonArray(localAddresses));
        }
        return proxies.isEmpty() ? paths : paths.put("proxies", new JsonArray(proxies));
    }
}
