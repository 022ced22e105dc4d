package io.firstline.config.cluster;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.SchemaKeys;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The etcd that keeps the leases of the feeds. Immutable; checked in the constructor.
 *
 * @param etcd client URLs of its members
 * @param prefix the beginning of all keys; begins and ends with a slash
 * @param user null = etcd asks for none
 * @param password of the user; null if there is none
 * @param tls for https URLs; its certificate and key may be null; null = the authorities of this machine
 */
public record LeaseConfig(List<String> etcd, String prefix, String user, String password, ClusterConfig.Tls tls) {
    private static final String HTTPS = "https://";

    public LeaseConfig {
        etcd = List.copyOf(etcd);
        new Checks()
                .require(!etcd.isEmpty(), "etcd", "nothing", "at least one URL")
                .require(
                        (user == null) == (password == null),
                        user == null ? "user" : "password",
                        user == null ? "no user" : "no password",
                        "both or neither")
                .require(
                        tls == null || (tls.certificate() == null) == (tls.key() == null),
                        "tls",
                        "one of certificate and key",
                        "both or neither")
                .require(
                        tls == null || etcd.stream().allMatch(url -> url.startsWith(HTTPS)),
                        "etcd",
                        etcd,
                        "https URLs, because there is \"tls\"")
                .throwIfAny("lease configuration");
    }

    /** Leases in the etcd at these URLs, which asks for no user. */
    public static LeaseConfig of(List<String> etcd) {
        Map<String, Object> values = new HashMap<>();
        values.put("etcd", etcd);
        values.put("tls", null);
        return SchemaKeys.LEASE.defaults(LeaseConfig.class, values);
    }

    /** Returns the URLs that send requests in plain text to another machine. */
    List<String> exposed() {
        return etcd.stream()
                .filter(url -> !url.startsWith(HTTPS))
                .filter(url -> !FeedUrl.isLoopback(URI.create(url).getHost().toLowerCase(Locale.ROOT)))
                .toList();
    }

    /** Does not show the password. */
    @Override
    public String toString() {
        return "etcd " + etcd + " under " + prefix + (user == null ? "" : " as " + user);
    }
}
