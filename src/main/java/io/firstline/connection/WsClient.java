package io.firstline.connection;

import io.firstline.config.WsConnectionConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/**
 * A Vert.x client for all connections of one configuration. To be held as long as one of its sockets is to live: Vert.x closes the
 * sockets of a client that nobody holds.
 */
public final class WsClient implements Connector {
    private final WebSocketClient client;

    private WsClient(WebSocketClient client) {
        this.client = client;
    }

    public static WsClient create(Vertx vertx, WsConnectionConfig config) {
        WebSocketClientOptions options = new WebSocketClientOptions()
                .setMaxConnections(100_000)
                .setMaxFrameSize(config.maxMessageBytes())
                .setMaxMessageSize(config.maxMessageBytes())
                .setConnectTimeout(config.connectTimeoutMs())
                .setSslHandshakeTimeout(config.connectTimeoutMs())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setTryUsePerMessageCompression(config.compression())
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setClosingTimeout((int) TimeUnit.MILLISECONDS.toSeconds(WsConnection.CLOSING_TIMEOUT_MS));
        if (OpenSSLEngineOptions.isAvailable()) {
            options.setSslEngineOptions(new OpenSSLEngineOptions()); // a third of the garbage; src/docs/performance.md
        }
        if (!config.trustedCertificates().isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(config.trustedCertificates()));
        }
        return new WsClient(vertx.createWebSocketClient(options));
    }

    @Override
    public Future<Socket> connect(WsConnectionConfig config) {
        return client.connect(connectOptions(config)).map(socket -> new VertxSocket(socket, config.maxMessageBytes()));
    }

    @Override
    public Future<Void> close() {
        return client.close();
    }

    /** Where and how one connection is opened. */
    private static WebSocketConnectOptions connectOptions(WsConnectionConfig config) {
        URI uri = URI.create(config.url());
        boolean tls = "wss".equalsIgnoreCase(uri.getScheme());
        String host = uri.getHost();
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setSsl(tls)
                .setHost(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
                .setPort(uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80)
                // absolute: given a path, Vert.x 5.0 builds a URI of its own, without the brackets of IPv6, and hangs
                .setURI(config.url())
                .setAllowOriginHeader(false);
        options.setTimeout(config.connectTimeoutMs());
        config.headers().forEach(options::addHeader);
        return options;
    }
}
