package io.firstline.service;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.ServiceConfig;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name the feed of a command: a URL and its connections, or the feeds of a configuration. */
final class FeedOptions {
    @Mixin
    private UrlOptions url = new UrlOptions();

    @Option(
            names = "--feed",
            paramLabel = "NAME",
            description = "with a CONFIG: the feed to read; default: all. With a URL: the name of the feed")
    private String feedName;

    /** Returns the name that the user gave the feed, or null. */
    String feedName() {
        return feedName;
    }

    /** Returns the venue profile that the user named, or null. */
    String venue() {
        return url.venue();
    }

    /**
     * Returns the chosen feeds.
     *
     * @param source a URL, a configuration file or, if streams are named, a venue
     * @param defaultName the name of a URL's feed if the user gives none
     */
    ServiceConfig of(String source, String defaultName) {
        String name = feedName == null ? defaultName : feedName;
        if (source.contains("://")) {
            return url.of(source, name);
        }
        return url.hasStreams() ? url.ofVenue(source, name) : ofFile(source);
    }

    private ServiceConfig ofFile(String file) {
        url.refuseWith(file);
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
        return new ServiceConfig(named, config.simulator(), config.simulated()).withRelay(config.relay());
    }
}
