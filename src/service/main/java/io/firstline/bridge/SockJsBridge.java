package io.firstline.bridge;

import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.SockJsBridgeConfig;
import io.firstline.connection.PingAnswers;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.VertxConnection;
import io.vertx.core.net.impl.VertxHandler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves feeds to browsers, in the protocol of Vert.x' SockJS event bus bridge; see the package. {@code /eventbus} is
 * for SockJS clients, {@code /eventbus/websocket} for plain WebSockets with one JSON object a message. SockJS
 * transports other than WebSocket are for old browsers and not supported. A client must ping ({@code {"type": "ping"}})
 * every few seconds.
 */
public final class SockJsBridge {
    private static final Logger LOG = LoggerFactory.getLogger(SockJsBridge.class);
    /** The path of the bridge. */
    public static final String PATH = "/eventbus";

    private static final List<String> OTHER_TRANSPORTS = List.of("XHR", "EVENT_SOURCE", "HTML_FILE", "JSON_P");

    private final Vertx vertx;
    private final SockJsBridgeConfig config;
    private final Bridge bridge;
    private final Consumer<HttpConnection> upgraded;

    /**
     * Call it on the event loop of the HTTP server.
     *
     * @param token checks the tokens of clients
     * @param upgraded gets each connection that becomes a client's; from then on it is counted here
     */
    public SockJsBridge(
            Vertx vertx,
            SockJsBridgeConfig config,
            HttpConfig http,
            TokenCheck token,
            MeterRegistry registry,
            Consumer<HttpConnection> upgraded) {
        this.vertx = vertx;
        this.config = config;
        this.upgraded = upgraded;
        this.bridge = new Bridge(vertx, BridgeProtocol.SOCKJS, config.bridge(), token, !http.isLocal(), registry);
    }

    /**
     * Bounds the messages of WebSocket clients. Compression stays off: it would cost a window per client and much time
     * per message.
     */
    public static void limit(HttpServerOptions options, SockJsBridgeConfig config) {
        options.setMaxWebSocketFrameSize(config.bridge().maxFrameBytes())
                .setMaxWebSocketMessageSize(config.bridge().maxFrameBytes())
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
    }

    /** Whether pages of this foreign origin may connect. */
    public boolean welcomes(String origin) {
        return origin != null && config.origins().contains(origin);
    }

    /** The router for the requests below {@link #PATH}. */
    public Router router() {
        SockJSHandlerOptions options = new SockJSHandlerOptions().setRegisterWriteHandler(false);
        OTHER_TRANSPORTS.forEach(options::addDisabledTransport);
        return SockJSHandler.create(vertx, options).socketHandler(this::connected);
    }

    private void connected(SockJSSocket socket) {
        HttpConnection connection = socket.routingContext().request().connection();
        upgraded.accept(connection);
        boundFrames(((VertxConnection) connection).channel().pipeline());
        socket.exceptionHandler(e -> LOG.debug("bridge client {}: {}", socket.remoteAddress(), e.getMessage()));
        Client client = bridge.opened(new SockJsLine(socket, (VertxConnection) connection));
        if (client == null) {
            return;
        }
        socket.handler(client::read);
        socket.exceptionHandler(e -> {
            LOG.debug("bridge client {}: {}", socket.remoteAddress(), e.getMessage());
            client.disconnect("broken");
        });
        socket.closeHandler(v -> client.closed());
    }

    /**
     * Assembles fragments and answers pings ahead of Vert.x. Vert.x loses the frame boundaries after an empty fragment,
     * and queues pongs without a bound for a client that does not read.
     */
    private void boundFrames(ChannelPipeline pipeline) {
        ChannelHandlerContext vertx = pipeline.context(VertxHandler.class);
        if (vertx != null) { // a missing handler means the channel has ended
            pipeline.addBefore(
                    vertx.name(),
                    "firstline-messages",
                    new WebSocketFrameAggregator(config.bridge().maxFrameBytes()));
            pipeline.addBefore(vertx.name(), "firstline-pings", new PingAnswers(() -> {}));
        }
    }

    /** Sends a close frame to every client. */
    public void close() {
        bridge.close();
    }

    private record SockJsLine(SockJSSocket socket, VertxConnection connection) implements ClientSocket {
        @Override
        public Future<Void> write(Buffer frame) {
            return socket.write(frame.toString());
        }

        /**
         * Closes at the first handler of the pipeline: the close of the WebSocket, and of every later handler, waits
         * for the peer.
         */
        @Override
        public void cutOff() {
            connection
                    .channel()
                    .pipeline()
                    .firstContext()
                    .close()
                    .addListener(closed -> LOG.debug("{} disconnected by force", peer()));
        }

        @Override
        public String authorization() {
            return socket.headers().get("Authorization");
        }

        @Override
        public String address() {
            return socket.remoteAddress() == null ? "" : socket.remoteAddress().hostAddress();
        }

        @Override
        public String peer() {
            return String.valueOf(socket.remoteAddress());
        }
    }
}
