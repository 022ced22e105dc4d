package io.firstline.service;

import io.firstline.config.FeedConfig;
import io.firstline.config.ServiceConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options by which a command's user says which feed: a URL with its connections, or the feeds of a configuration. */
final class FeedChoice {
    private static final int MAX_CONNECTIONS = WsPoolConfig.MAX_CONNECTIONS;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "with a URL: how many connections, 1 to 32; default 5")
    private Integer connections;

    @Option(
            names = "--on-connect",
            paramLabel = "TEXT",
            description = "with a URL: a message sent on each connection when it opens; may be repeated")
    private List<String> onConnect = List.of();

    @Option(
            names = "--feed",
            paramLabel = "NAME",
            description = "with a CONFIG: the feed to read; default: all. With a URL: what to call it")
    private String feedName;

    /**
     * The feeds that are meant.
     *
     * @param source a URL or a configuration file
     * @param defaultName what the feed of a URL is called if the user says nothing
     */
    ServiceConfig of(String source, String defaultName) {
        return source.contains("://") ? ofUrl(source, defaultName) : ofFile(source);
    }

    private ServiceConfig ofUrl(String url, String defaultName) {
        int wanted = connections == null ? WsPoolConfig.DEFAULT_CONNECTIONS : connections;
        if (wanted < 1 || wanted > MAX_CONNECTIONS) {
            throw new BadInputException("--connections: found " + wanted + ", allowed: 1 to " + MAX_CONNECTIONS);
        }
        WsConnectionConfig connection = WsConnectionConfig.of(url).withOnConnect(onConnect);
        String name = feedName == null ? defaultName : feedName;
        FeedConfig feed = wanted == 1
                ? FeedConfig.of(name, connection)
                : FeedConfig.of(name, WsPoolConfig.of(connection).withConnections(wanted));
        return new ServiceConfig(List.of(feed), null, Set.of());
    }

    private ServiceConfig ofFile(String file) {
        if (connections != null || !onConnect.isEmpty()) {
            throw new BadInputException("--connections and --on-connect: found with the configuration " + file
                    + ", allowed: only with a URL; a configuration says both itself");
        }
        ServiceConfig config = ConfigFiles.read(Path.of(file));
        if (feedName == null) {
            return config;
        }
        List<FeedConfig> named =
                config.feeds().stream().filter(f -> f.name().equals(feedName)).toList();
        if (named.isEmpty()) {
            throw new BadInputException("--feed: found " + feedName + ", allowed: "
                    + config.feeds().stream().map(FeedConfig::name).toList());
        }
        return new ServiceConfig(named, config.simulator(), config.simulated());
    }
}
