package io.firstline.connection.report;

import io.vertx.core.json.JsonObject;
import java.util.Objects;

/**
 * How a connection reaches its server. It names no secret, so it may be shown. Immutable.
 *
 * @param host the host of the feed's URL, with its port if the URL has one
 * @param server the server's address; null = not known: it is one of the host's addresses, or the proxy resolves the
 *     host
 * @param local the address or the network interface of this machine; null = the system chooses
 * @param proxy the proxy without its login, as in {@code socks5://10.0.0.1:1080}; null = none
 */
public record Path(String host, String server, String local, String proxy) {
    public Path {
        Objects.requireNonNull(host, "host");
    }

    /** The path to a host that leaves everything else open. */
    public static Path to(String host) {
        return new Path(host, null, null, null);
    }

    /** The same path to this address; null = not known. */
    public Path withServer(String address) {
        return new Path(host, address, local, proxy);
    }

    /** As JSON, without what is not known. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject().put("host", host);
        put(json, "server", server);
        put(json, "local", local);
        put(json, "proxy", proxy);
        return json;
    }

    private static void put(JsonObject json, String key, String value) {
        if (value != null) {
            json.put(key, value);
        }
    }

    /** As in {@code stream.example.com:9443 at 192.0.2.7 from 10.0.0.5 through http://10.0.0.1:3128}. */
    @Override
    public String toString() {
        return host + part(" at ", server) + part(" from ", local) + part(" through ", proxy);
    }

    private static String part(String word, String value) {
        return value == null ? "" : word + value;
    }
}
