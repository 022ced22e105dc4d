package io.firstline.bench;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.transport.Transport;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Wraps the transport that Vert.x would use and exposes its channels, to tap them and to find their TLS engine. */
final class TappedTransport implements io.vertx.core.transport.Transport, Transport {
    private final io.vertx.core.transport.Transport chosen;
    private final Transport inner;
    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();

    TappedTransport(boolean nativeTransport) {
        this.chosen = nativeTransport ? preferred() : NIO;
        this.inner = chosen.implementation();
    }

    private static io.vertx.core.transport.Transport preferred() {
        io.vertx.core.transport.Transport best = io.vertx.core.transport.Transport.nativeTransport();
        return best != null && best.available() ? best : NIO;
    }

    /**
     * Records the arrival of each message from now on. Call it after all are connected, because Vert.x removes all
     * handlers then.
     */
    void tap(Consumption arrivals) {
        channels.forEach(channel -> channel.pipeline().addFirst(new ArrivalTap(arrivals)));
    }

    /** The TLS engine of the connections; an empty string before the first one. */
    String tlsEngine() {
        for (Channel channel : channels) {
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls != null) {
                return tls.engine().getClass().getName().contains("OpenSsl") ? "OpenSSL" : "JDK";
            }
        }
        return "";
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        ChannelFactory<? extends Channel> factory = inner.channelFactory(domainSocket);
        return () -> {
            Channel channel = factory.newChannel();
            channels.add(channel);
            return channel;
        };
    }

    @Override
    public String name() {
        return chosen.name();
    }

    @Override
    public boolean available() {
        return chosen.available();
    }

    @Override
    public Throwable unavailabilityCause() {
        return chosen.unavailabilityCause();
    }

    @Override
    public Transport implementation() {
        return this;
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return inner.ioHandlerFactory();
    }

    @Override
    public DatagramChannel datagramChannel() {
        return inner.datagramChannel();
    }

    @Override
    @SuppressWarnings("deprecation") // the interface declares it
    public DatagramChannel datagramChannel(io.netty.channel.socket.InternetProtocolFamily family) {
        return inner.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return inner.serverChannelFactory(domainSocket);
    }

    @Override
    public java.net.SocketAddress convert(SocketAddress address) {
        return inner.convert(address);
    }

    @Override
    public void configure(
            ClientOptionsBase options,
            int connectTimeout,
            boolean domainSocket,
            io.netty.bootstrap.Bootstrap bootstrap) {
        inner.configure(options, connectTimeout, domainSocket, bootstrap);
    }
}
