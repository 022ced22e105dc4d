package io.firstline.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.connection.FeedEnvironment;
import io.firstline.feed.message.StreamWatch;
import io.firstline.feed.message.SubscribedStream;
import java.util.Collection;
import java.util.List;

/** Makes connections beside those of a feed, whose messages are not part of it. Runs on the feed's context. */
final class SpareConnections {
    private final FeedEnvironment environment;
    private final String name;
    private final SubscribeTemplates subscribeTemplates;
    private final MessageFormat format;
    private final FeedAssembly assembly;

    SpareConnections(
            FeedEnvironment environment,
            String name,
            SubscribeTemplates subscribeTemplates,
            MessageFormat format,
            FeedAssembly assembly) {
        this.environment = environment;
        this.name = name;
        this.subscribeTemplates = subscribeTemplates;
        this.format = format;
        this.assembly = assembly;
    }

    /** See {@link Feed#subscribed}. */
    SubscribedStream subscribed(String stream) {
        String known = assembly.subscriptions().subscribed(stream);
        if (known == null) {
            throw new IllegalArgumentException(name + " does not subscribe " + stream);
        }
        String shown = assembly.subscriptions().shownName(known);
        StreamWatch watch = assembly.parts().streams().named(shown);
        return new SubscribedStream(shown, watch == null ? null : watch.highestNumber());
    }

    /** See {@link Feed#spare}. */
    Feed make(Collection<String> streams) {
        if (!assembly.connections().hasSpareAttempt()) {
            throw new IllegalStateException("the attempts to connect are used up for connections that are not urgent");
        }
        List<String> wanted = streams.stream()
                .map(assembly.subscriptions()::subscribed)
                .distinct()
                .toList();
        WsConnectionConfig config = assembly.maker().config();
        // what the user sends on connect may subscribe other streams
        return new WsSingle(
                environment,
                name + "-snapshot",
                config.withOnConnect(List.of()).withAutoReconnect(false),
                subscribeTemplates.withStreams(wanted),
                format);
    }
}
