package io.firstline.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.connection.Connector;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.SendBudget;
import io.firstline.connection.WsConnection;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the connections of a feed by its present configuration, and numbers them. Runs on the feed's context. */
final class ConnectionMaker {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionMaker.class);

    private final String name;
    private final FeedEnvironment environment;
    private WsConnectionConfig config;
    private List<String> urls;
    private Connector connector;
    /** The connectors of earlier configurations, until their last socket is closed. */
    private final List<Connector> formerConnectors = new ArrayList<>();

    private long made;

    ConnectionMaker(String name, FeedEnvironment environment, WsConnectionConfig config) {
        this.name = name;
        this.environment = environment;
        follow(config);
    }

    /** Uses another configuration from now on. */
    private void follow(WsConnectionConfig newConfig) {
        config = newConfig;
        urls = Stream.concat(Stream.of(config.url()), config.furtherUrls().stream())
                .toList();
    }

    WsConnectionConfig config() {
        return config;
    }

    int framesPerSecond() {
        return config.framesPerSecond();
    }

    /** Returns the URLs of the connections. */
    List<String> urls() {
        return urls;
    }

    /** Returns the number of connections made: these connection numbers are used. */
    long made() {
        return made;
    }

    /** Numbers connections from the next number on. */
    void goOnAfter(long last) {
        made = last;
    }

    /** The feed starts. */
    void start() {
        connector = environment.connectors().apply(config);
    }

    /** Uses another configuration from now on; {@code started} = the feed is not closed. */
    void reconfigure(WsConnectionConfig newConfig, boolean started) {
        follow(newConfig);
        if (started) {
            formerConnectors.add(connector);
            start();
        }
    }

    WsConnection make(String url, WsConnection.Listener listener) {
        // the feed sends the messages on connect, which may have changed, so the connection must not
        WsConnectionConfig own =
                config.withUrl(url).withConnectionId(name + "-" + ++made).withOnConnect(List.of());
        SendBudget budget = new SendBudget(own, environment.budget().others(), name);
        return new WsConnection(environment.scheduler(), connector, own, listener, budget);
    }

    /** Closes the connectors: the last one after these sockets. */
    Future<Void> close(List<Future<Void>> sockets) {
        Connector last = connector;
        Future<Void> closing = Future.join(sockets).transform(all -> last.close());
        formerConnectors.forEach(former -> former.close().onFailure(e -> LOG.debug("{} close", name, e)));
        formerConnectors.clear();
        return closing;
    }
}
