package io.firstline.config.cluster;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.check.SchemaKeys;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The service that keeps the leases of the feeds: etcd or Kubernetes. Immutable; checked in the constructor.
 *
 * @param etcd client URLs of etcd's members; empty = Kubernetes keeps the leases
 * @param prefix the beginning of all keys; begins and ends with a slash
 * @param user null = etcd asks for none
 * @param password of the user; null if there is none
 * @param tls for https URLs; its certificate and key may be null; null = the authorities of this machine
 * @param kubernetes null = etcd keeps the leases
 */
public record LeaseConfig(
        List<String> etcd, String prefix, String user, String password, ClusterConfig.Tls tls, Kubernetes kubernetes) {
    private static final String HTTPS = "https://";

    public LeaseConfig {
        etcd = etcd == null ? List.of() : List.copyOf(etcd);
        List<String> wrong = (kubernetes == null ? etcd : List.of(kubernetes.url()))
                .stream().filter(url -> !namesAHost(url)).toList();
        new Checks()
                .require(
                        wrong.isEmpty(),
                        kubernetes == null ? "etcd" : "kubernetes/url",
                        wrong,
                        "URLs with a host name, of letters, digits, dots and hyphens, or an address; ports up to 65535")
                .require(
                        etcd.isEmpty() == (kubernetes != null),
                        kubernetes == null ? "etcd" : "kubernetes",
                        etcd.isEmpty() ? "nothing" : "etcd and kubernetes",
                        "one of etcd and kubernetes")
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
                .require(
                        kubernetes == null || (user == null && tls == null),
                        user == null ? "tls" : "user",
                        "it beside kubernetes",
                        "neither user nor tls: the service account has a token and an authority")
                .throwIfAny("lease configuration");
    }

    /** Leases in the etcd at these URLs, which asks for no user. */
    public static LeaseConfig of(List<String> etcd) {
        Map<String, Object> values = new HashMap<>();
        values.put("etcd", etcd);
        values.put("tls", null);
        values.put("kubernetes", null);
        return SchemaKeys.LEASE.defaults(LeaseConfig.class, values);
    }

    /** Leases in objects of Kubernetes. */
    public static LeaseConfig of(Kubernetes kubernetes) {
        Map<String, Object> values = new HashMap<>();
        values.put("etcd", List.of());
        values.put("tls", null);
        values.put("kubernetes", kubernetes);
        return SchemaKeys.LEASE.defaults(LeaseConfig.class, values);
    }

    /** Returns the name of the service. */
    public String title() {
        return kubernetes == null ? "etcd" : "Kubernetes";
    }

    /** Returns the URLs of the service. */
    public List<String> urls() {
        return kubernetes == null ? etcd : List.of(kubernetes.url());
    }

    private static boolean namesAHost(String url) {
        try {
            URI uri = new URI(url);
            return uri.getHost() != null && uri.getPort() <= ClusterConfig.HIGHEST_PORT;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Returns the URLs that send requests in plain text to another machine. */
    List<String> exposed() {
        return urls().stream()
                .filter(url -> !url.startsWith(HTTPS))
                .filter(url -> !FeedUrl.isLoopback(URI.create(url).getHost().toLowerCase(Locale.ROOT)))
                .toList();
    }

    /** Does not show the password. */
    @Override
    public String toString() {
        return kubernetes == null
                ? "etcd " + etcd + " under " + prefix + (user == null ? "" : " as " + user)
                : kubernetes.toString();
    }

    /**
     * Where Kubernetes keeps the leases.
     *
     * @param url of the API server, without a path
     * @param namespace null = the one in the folder of the service account
     * @param serviceAccount the folder with {@code token}, {@code ca.crt} and {@code namespace}
     */
    public record Kubernetes(String url, String namespace, String serviceAccount) {
        /** Its API server is slower than etcd. */
        static final int SHORTEST_LEASE_MS = 1_000;

        /** Returns the files of the service account that are read. */
        List<String> files() {
            return Stream.of("token", isSecure() ? "ca.crt" : null, namespace == null ? "namespace" : null)
                    .filter(Objects::nonNull)
                    .toList();
        }

        /** The same with another folder. */
        Kubernetes withServiceAccount(String folder) {
            return new Kubernetes(url, namespace, folder);
        }

        /** Returns whether the API server proves its name by a certificate. */
        public boolean isSecure() {
            return url.startsWith(HTTPS);
        }

        @Override
        public String toString() {
            return "Kubernetes " + url + (namespace == null ? "" : ", namespace " + namespace);
        }
    }
}
