package io.firstline.connection;

import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The entries of the system's files for one name, at one moment: resolv.conf(5) and hosts(5). Both are read for each
 * look-up, so a change takes effect at the next attempt.
 *
 * @param addresses from the hosts file; empty = it does not name the host
 * @param servers the name servers, in order, at most {@value #MAX_SERVERS}
 * @param search the search domains
 * @param ndots a name with fewer dots is tried in the search domains first
 */
record NameSources(List<InetAddress> addresses, List<InetSocketAddress> servers, List<String> search, int ndots) {
    /** The same limit as in the C library. */
    static final int MAX_SERVERS = 3;

    private static final int DNS_PORT = 53;
    private static final int MAX_BYTES = 1 << 20;
    private static final String NDOTS = "ndots:";

    /** Reads both files. A missing or unreadable file counts as empty. Blocks. */
    static NameSources read(Path resolvConf, Path hosts, String host) {
        List<InetSocketAddress> servers = new ArrayList<>();
        List<String> search = List.of();
        int ndots = 1;
        for (String line : lines(resolvConf)) {
            String[] words = line.strip().split("\\s+");
            switch (words[0]) {
                case "nameserver" -> {
                    InetSocketAddress server = words.length > 1 ? server(words[1]) : null;
                    if (server != null && servers.size() < MAX_SERVERS) {
                        servers.add(server);
                    }
                }
                case "search", "domain" -> search = List.of(words).subList(1, words.length);
                case "options" ->
                    ndots = Stream.of(words)
                            .filter(word -> word.matches(NDOTS + "\\d{1,2}"))
                            .map(word -> Integer.parseInt(word.substring(NDOTS.length())))
                            .reduce(ndots, (before, last) -> last);
                default -> {
                    // a comment, or an option without effect here
                }
            }
        }
        if (servers.isEmpty()) {
            // the default in resolv.conf(5)
            servers.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), DNS_PORT));
        }
        return new NameSources(inHosts(hosts, host), servers, search, ndots);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.size(file) > MAX_BYTES ? List.of() : Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException missing) {
            return List.of();
        }
    }

    /** An address, or {@code address.port} as on macOS; null if the word is neither. */
    private static InetSocketAddress server(String word) {
        try {
            if (isAddress(word)) {
                return new InetSocketAddress(InetAddress.getByName(word), DNS_PORT);
            }
            int dot = word.lastIndexOf('.');
            if (dot > 0
                    && isAddress(word.substring(0, dot))
                    && word.substring(dot + 1).matches("\\d{1,4}|[1-6]\\d{4}")) {
                int port = Integer.parseInt(word.substring(dot + 1));
                return port > 65_535
                        ? null
                        : new InetSocketAddress(InetAddress.getByName(word.substring(0, dot)), port);
            }
            return null;
        } catch (UnknownHostException unknownScope) {
            return null;
        }
    }

    static boolean isAddress(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    private static List<InetAddress> inHosts(Path hosts, String host) {
        String key = host.toLowerCase(Locale.ENGLISH);
        try {
            if (Files.size(hosts) <= MAX_BYTES) {
                HostsFileEntriesProvider entries =
                        HostsFileEntriesProvider.parser().parse(hosts.toFile(), StandardCharsets.UTF_8);
                List<InetAddress> found = Stream.concat(
                                entries.ipv4Entries().getOrDefault(key, List.of()).stream(),
                                entries.ipv6Entries().getOrDefault(key, List.of()).stream())
                        .toList();
                if (!found.isEmpty()) {
                    return found;
                }
            }
        } catch (IOException missing) {
            // counts as empty
        }
        return key.equals("localhost") ? List.of(InetAddress.getLoopbackAddress()) : List.of(); // RFC 6761, 6.3
    }
}
