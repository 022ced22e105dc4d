package io.firstline.config;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The server of one connection, and the way to it. Immutable.
 *
 * @param url as in the configuration
 * @param path its path to the host of the URL
 */
public record ConnectTarget(String url, PathConfig path) {

    /** The targets of the connections of a feed, which use them in turn; those next to each other differ most. */
    public static List<ConnectTarget> of(WsConnectionConfig config) {
        if (!config.paths().only().isEmpty()) {
            return config.paths().only();
        }
        List<String> urls = config.urls();
        List<List<PathConfig>> paths =
                urls.stream().map(url -> config.paths().of(URI.create(url))).toList();
        int turns = paths.stream().mapToInt(List::size).max().orElseThrow();
        Set<ConnectTarget> targets = new LinkedHashSet<>();
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < urls.size(); i++) {
                List<PathConfig> own = paths.get(i);
                targets.add(new ConnectTarget(urls.get(i), own.get((turn + i) % own.size())));
            }
        }
        return List.copyOf(targets);
    }

    private static String hostOf(String url) {
        return URI.create(url).getHost();
    }

    /** The host and what the server sees of the path: attempts are counted here. */
    public String host() {
        return path.place(hostOf(url));
    }

    /** The place at which a limit counts. */
    public String place(Limit limit) {
        return path.place(limit.place(url));
    }
}
