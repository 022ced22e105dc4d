package io.firstline.service;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.ServiceConfig;
import io.firstline.config.venue.ProfileInfo;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
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

    /** Returns the number of connections that the user named, or null. */
    Integer connections() {
        return url.connections();
    }

    /**
     * Returns the chosen feeds.
     *
     * @param source a URL, a configuration file or, if streams are named, a venue
     * @param defaultName the name of a URL's feed if the user gives none
     */
    ServiceConfig of(String source, String defaultName) {
        return of(source, defaultName, null);
    }

    /**
     * Returns the chosen feeds on other paths.
     *
     * @param paths the paths of a URL or a venue; null = the default
     */
    ServiceConfig of(String source, String defaultName, JsonObject paths) {
        String name = feedName == null ? defaultName : feedName;
        if (source.contains("://")) {
            return url.of(source, name, paths);
        }
        if (url.hasStreams()) {
            if (Files.isRegularFile(Path.of(source))) {
                throw new BadInputException("--stream: found with the configuration " + source
                        + ", allowed: only with a URL or a venue; put \"streams\" into the configuration");
            }
            return url.ofVenue(source, name, paths);
        }
        if (paths != null) {
            throw new BadInputException("--local-address and --proxy: found with the configuration " + source
                    + ", allowed: only with a URL or a venue; put \"paths\" into the configuration");
        }
        if (!Files.exists(Path.of(source))) {
            boolean isVenue =
                    ProfileInfo.names(ConfigFiles.home().resolve("conf")).contains(source);
            throw new BadInputException(
                    isVenue
                            ? source + ": found the venue without a stream, allowed: with --stream NAME"
                            : source
                                    + ": found no such file, allowed: wss://…, a configuration file, or a venue with --stream NAME");
        }
        return ofFile(source);
    }

    private ServiceConfig ofFile(String file) {
        url.refuseWith(file);
        ServiceConfig config = ConfigFiles.read(Path.of(file));
        if (feedName == null) {
            return config;
        }
        List<String> names = config.feeds().stream().map(FeedConfig::name).toList();
        if (!names.contains(feedName)) {
            throw new BadInputException("--feed: found " + feedName + ", allowed: " + names);
        }
        return config.only(feedName);
    }
}
