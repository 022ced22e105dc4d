package io.firstline.feed;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Credentials;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.Records;
import io.firstline.config.secret.Signer;
import io.firstline.config.secret.TemplateValues;
import io.firstline.connection.Connector;
import io.firstline.connection.FeedEnvironment;
import io.firstline.connection.LoginConnector;
import io.firstline.connection.LoginDialogue;
import io.firstline.connection.MsgpackConnector;
import io.firstline.connection.RestClient;
import io.firstline.connection.SendBudget;
import io.firstline.connection.WsConnection;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the connections of a feed by its present configuration, and numbers them. Runs on the feed's context. */
final class ConnectionMaker {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionMaker.class);

    private final String name;
    private final FeedEnvironment environment;
    /** Null = an upgraded connection needs no login. */
    private final LoginDialogue login;
    /** Returns the highest published number; null = none. */
    private final Supplier<Long> last;
    /** Whether messages to the server that are JSON are sent as MessagePack. */
    private final boolean sendsMsgpack;

    private WsConnectionConfig config;
    private List<ConnectTarget> targets;
    /** Made at the first need. */
    private List<WsConnectionConfig> turns = List.of();

    private Connector connector;
    /** The connectors of earlier configurations, until their last socket is closed. */
    private final List<Connector> formerConnectors = new ArrayList<>();

    private long made;
    private Signer used = Signer.NONE;

    ConnectionMaker(
            String name,
            FeedEnvironment environment,
            WsConnectionConfig config,
            LoginDialogue login,
            boolean sendsMsgpack,
            Supplier<Long> last) {
        this.name = name;
        this.environment = environment;
        this.login = login;
        this.sendsMsgpack = sendsMsgpack;
        this.last = last;
        follow(config);
    }

    /** Uses another configuration from now on. */
    private void follow(WsConnectionConfig newConfig) {
        config = newConfig;
        turns = List.of();
        targets = ConnectTarget.of(config);
    }

    WsConnectionConfig config() {
        return config;
    }

    int framesPerSecond() {
        return config.framesPerSecond();
    }

    /** Returns the targets of the connections, which use them in turn. */
    List<ConnectTarget> targets() {
        return targets;
    }

    /** Returns the configurations of the turns. */
    List<WsConnectionConfig> turns() {
        if (turns.isEmpty()) {
            turns = IntStream.range(0, config.turns()).mapToObj(config::ofTurn).toList();
        }
        return turns;
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
        Connector sockets = environment.connectors().apply(config);
        connector = sendsMsgpack ? new MsgpackConnector(sockets) : sockets;
    }

    /** Uses another configuration from now on; {@code started} = the feed is not closed. */
    void reconfigure(WsConnectionConfig newConfig, boolean started) {
        follow(newConfig);
        if (started) {
            formerConnectors.add(connector);
            start();
        }
    }

    /**
     * Makes a connection, and gives it what it proves its right with.
     *
     * @param turn whose turn it is among the URLs and headers
     * @param onPath sets the path that it prefers
     */
    void make(int turn, UnaryOperator<WsConnectionConfig> onPath, PooledConnection pooled) {
        Connector opens = connector;
        if (login != null || Credentials.areUsedBy(config) || !config.endpoint().isNone()) {
            pooled.login = new LoginConnector(connector, this::secrets, last, environment.scheduler(), login);
            opens = pooled.login;
        }
        // the feed sends the messages on connect, which may have changed, so the connection must not
        WsConnectionConfig own = Records.with(
                onPath.apply(config.ofTurn(turn)), Map.of("connectionId", name + "-" + ++made, "onConnect", List.of()));
        SendBudget budget = new SendBudget(own, environment.budget().others(), name);
        pooled.connection = new WsConnection(environment.scheduler(), opens, own, pooled, budget);
    }

    /** Reads the secrets for an attempt. */
    private Future<Signer> secrets() {
        return readSecrets().onSuccess(read -> used = read);
    }

    /** Reads the secrets as they are now. */
    Future<Signer> readSecrets() {
        Credentials credentials = config.credentials();
        return environment
                .context()
                .executeBlocking(() -> Signer.read(credentials.secrets(), credentials.sign()), false);
    }

    /** Returns what creates an HTTP client on the first path of a configuration; null = there is no HTTP. */
    Function<WsConnectionConfig, RestClient> rests() {
        if (environment.rests() == null) {
            return null;
        }
        return asked -> {
            TemplateValues values = used.at(environment.scheduler().epochMicros() / 1_000, "", null);
            return environment.rests().apply(asked.withPaths(asked.paths().filled(values::plain)));
        };
    }

    /** Returns the secrets of the last attempt. */
    Signer usedSecrets() {
        return used;
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
