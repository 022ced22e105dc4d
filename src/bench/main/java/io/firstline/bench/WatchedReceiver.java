package io.firstline.bench;

import io.firstline.config.service.HttpConfig;
import io.firstline.http.HttpVerticle;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.List;

/**
 * A feed with a consumer on the event bus, and all features that an operator can enable: the meters, and the page with
 * a permanent viewer.
 */
final class WatchedReceiver implements Receiver {
    private final Vertx vertx;
    private final PrometheusMeterRegistry registry;
    private final BusReceiver feed;
    private HttpClient browser;

    /**
     * Makes one feed.
     *
     * @param registry the registry of this Vert.x
     */
    WatchedReceiver(Vertx vertx, PrometheusMeterRegistry registry, BusReceiver feed) {
        this.vertx = vertx;
        this.registry = registry;
        this.feed = feed;
    }

    @Override
    public Future<Void> open() {
        HttpVerticle page = new HttpVerticle(HttpConfig.DEFAULT.withPort(0), registry, List.of());
        return vertx.deployVerticle(page)
                .compose(id -> feed.open())
                .compose(v -> look(URI.create(page.url()).getPort()));
    }

    private Future<Void> look(int port) {
        browser = vertx.createHttpClient();
        return browser.request(HttpMethod.GET, port, HttpConfig.DEFAULT_HOST, "/api/events")
                .compose(HttpClientRequest::send)
                .map(answer -> {
                    if (answer.statusCode() != 200) {
                        throw new IllegalStateException("the page answers " + answer.statusCode());
                    }
                    answer.handler(update -> {});
                    return null;
                });
    }

    @Override
    public Future<Standing> standing() {
        return feed.standing();
    }

    @Override
    public List<Consumer> consumers() {
        return feed.consumers();
    }

    @Override
    public Future<Void> close() {
        return browser.close().eventually(feed::close);
    }
}
