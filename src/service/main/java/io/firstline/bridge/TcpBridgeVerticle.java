package io.firstline.bridge;

import io.firstline.config.service.BearerToken;
import io.firstline.config.service.TcpBridgeConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves feeds over TCP, in the protocol of Vert.x' TCP event bus bridge; see the package. One instance, on a separate
 * event loop.
 *
 * <p>A frame is JSON in UTF-8 after its length in four bytes, most significant first. The answer to
 * {@code {"type": "register", "address": "firstline.feed.btc", "headers": {"authorization": "Bearer …"}}} is
 * {@code {"type": "message", "address": …, "headers": {}, "body": {…}}} for each message, or one
 * {@code {"type": "err", "message": "access_denied"}}. The header is mandatory for requests, and for listening unless
 * only this machine can connect. A client sends it once per connection.
 */
public final class TcpBridgeVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(TcpBridgeVerticle.class);

    private final TcpBridgeConfig config;
    private final MeterRegistry registry;
    private Bridge bridge;
    private NetServer server;
    private CertificateWatch certificate;

    /**
     * Makes a bridge that does not listen yet.
     *
     * @param registry gets the bridge's metrics
     */
    public TcpBridgeVerticle(TcpBridgeConfig config, MeterRegistry registry) {
        this.config = config;
        this.registry = registry;
    }

    /** The port, once the verticle is deployed. */
    public int port() {
        return server.actualPort();
    }

    @Override
    public Future<?> start() {
        bridge = new Bridge(
                vertx,
                BridgeProtocol.TCP,
                config.bridge(),
                new TokenCheck("the TCP bridge", new BearerToken(config.tokenSha256())),
                !config.isLocal(),
                registry);
        server = vertx.createNetServer(options())
                .connectHandler(this::connected)
                .exceptionHandler(e -> LOG.debug("a connection to the bridge failed", e));
        return server.listen().onSuccess(v -> watchCertificate()).recover(e -> {
            bridge.close();
            return NotListening.at("the TCP bridge", config.host(), config.port(), e);
        });
    }

    private void watchCertificate() {
        if (config.tls() != null) {
            certificate = new CertificateWatch(
                    vertx, "the TCP bridge", config.tls(), options -> server.updateSSLOptions(options, true));
        }
    }

    private NetServerOptions options() {
        NetServerOptions options = new NetServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setTcpKeepAlive(true);
        Handshakes.serve(options, config.tls(), ServedSockets.ofProcess().forBridges());
        if (config.tls() == null && !config.isLocal()) {
            LOG.warn("the TCP bridge on {} accepts its token without TLS", config.host());
        }
        return options;
    }

    private void connected(NetSocket socket) {
        Client client = bridge.opened(new TcpLine((NetSocketInternal) socket));
        if (client == null) {
            return;
        }
        socket.handler(new LengthFrames(
                config.bridge().maxFrameBytes(), client::read, length -> client.disconnect("frame_too_long")));
        socket.exceptionHandler(e -> LOG.debug("bridge client {}: {}", socket.remoteAddress(), e.getMessage()));
        socket.closeHandler(v -> client.closed());
    }

    @Override
    public Future<?> stop() {
        if (certificate != null) {
            certificate.close();
        }
        bridge.close();
        return server.close();
    }

    private record TcpLine(NetSocketInternal socket) implements ClientSocket {
        @Override
        public Future<Void> write(Buffer frame) {
            return socket.write(frame);
        }

        /** Closes the channel, because Vert.x' own close waits until everything is written. */
        @Override
        public void cutOff() {
            socket.channelHandlerContext().close().addListener(closed -> LOG.debug("{} disconnected by force", peer()));
        }

        @Override
        public String authorization() {
            return null;
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
