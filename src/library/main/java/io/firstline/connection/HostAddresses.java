package io.firstline.connection;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.List;

/**
 * The addresses of a host, asked for now as for an attempt to connect.
 *
 * @param addresses in no particular order
 * @param tookMs how long the answer took, milliseconds
 */
public record HostAddresses(List<InetAddress> addresses, double tookMs) {
    public HostAddresses {
        addresses = List.copyOf(addresses);
    }

    /** Asks; fails with an {@link java.net.UnknownHostException}. */
    public static Future<HostAddresses> of(Vertx vertx, String host) {
        Scheduler scheduler = Scheduler.of(vertx);
        long began = scheduler.nowNanos();
        return Names.of(vertx)
                .addresses(host)
                .map(found -> new HostAddresses(found, (scheduler.nowNanos() - began) / 1e6));
    }

    /** Whether a host is an address, which needs no answer. */
    public static boolean isAddress(String host) {
        return NameSources.isAddress(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
    }
}
