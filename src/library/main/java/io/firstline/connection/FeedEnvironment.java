package io.firstline.connection;

import io.firstline.config.Endpoint;
import io.firstline.config.WsConnectionConfig;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Function;

/**
 * The environment of a feed; a simulation replaces it as a whole.
 *
 * @param context the context on which the feed runs
 * @param connectors opens sockets; called once per start
 * @param rests creates an HTTP client for one request; null = there is no HTTP
 * @param budget the process's attempts to connect
 */
public record FeedEnvironment(
        ContextInternal context,
        Scheduler scheduler,
        Function<WsConnectionConfig, Connector> connectors,
        Function<WsConnectionConfig, RestClient> rests,
        ConnectBudget budget) {

    /** Creates an environment without HTTP: the exchange's time is never requested. */
    public FeedEnvironment(
            ContextInternal context,
            Scheduler scheduler,
            Function<WsConnectionConfig, Connector> connectors,
            ConnectBudget budget) {
        this(context, scheduler, connectors, null, budget);
    }

    /** Creates the real environment: sockets, timers and the shared budget of this Vert.x, on the current context. */
    public static FeedEnvironment of(Vertx vertx) {
        Scheduler scheduler = Scheduler.of(vertx);
        ConnectBudget budget = ConnectBudget.of(vertx);
        Function<WsConnectionConfig, RestClient> rests = config -> RestClient.create(vertx, config);
        return new FeedEnvironment(
                (ContextInternal) vertx.getOrCreateContext(),
                scheduler,
                config -> connector(vertx, config, rests, scheduler, budget),
                rests,
                budget);
    }

    private static Connector connector(
            Vertx vertx,
            WsConnectionConfig config,
            Function<WsConnectionConfig, RestClient> rests,
            Scheduler scheduler,
            ConnectBudget budget) {
        WsClient sockets = WsClient.create(vertx, config);
        if (config.endpoint().isNone()) {
            return sockets;
        }
        return new EndpointConnector(
                sockets,
                config,
                attempt -> {
                    RestClient client = rests.apply(attempt);
                    Endpoint endpoint = attempt.endpoint();
                    return client.ask(endpoint.method().name(), endpoint.url(), endpoint.headers())
                            .onComplete(done -> client.close());
                },
                scheduler,
                budget);
    }
}
