package io.firstline.bench;

import io.firstline.connection.ChosenTransport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.handler.ssl.SslHandler;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Wraps the transport that Vert.x would use and exposes its channels, to tap them and to find their TLS engine. */
final class TappedTransport extends ChosenTransport {
    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();

    TappedTransport(boolean nativeTransport) {
        super(nativeTransport);
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
        ChannelFactory<? extends Channel> factory = super.channelFactory(domainSocket);
        return () -> {
            Channel channel = factory.newChannel();
            channels.add(channel);
            return channel;
        };
    }
}
