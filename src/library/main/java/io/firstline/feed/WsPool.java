package io.firstline.feed;

import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.connection.FeedEnvironment;
import io.firstline.feed.message.MessageReader;
import io.vertx.core.Vertx;

/**
 * Several connections to one feed. Publishes the first copy of every message, once. Every {@code evictIntervalMs} it
 * challenges the clearly slow connections, one after another: each is closed only after its replacement delivers in
 * step with the others, and faster.
 */
public final class WsPool extends Feed {
    private static final long LEAST_TRIAL_MS = 30_000;

    /**
     * Used by {@link #create}, and by tests with a shorter trial.
     *
     * @param trialMs the time in which a candidate must deliver in step; 0 = no connection is replaced
     */
    WsPool(
            FeedEnvironment environment,
            String name,
            WsPoolConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat format,
            long trialMs) {
        this(environment, name, config, subscribeTemplates, format, PoolTimes.of(trialMs), MessageReader.KNOWN_FRAMES);
    }

    /**
     * Used by tests.
     *
     * @param knownFrames the most frames whose bytes need not be read again
     */
    WsPool(
            FeedEnvironment environment,
            String name,
            WsPoolConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat format,
            PoolTimes times,
            int knownFrames) {
        super(
                environment,
                name,
                config.connection(),
                subscribeTemplates,
                format,
                new Redundancy(
                        config.minConnections(),
                        config.connections(),
                        times,
                        config.openStaggerMs(),
                        true,
                        knownFrames,
                        (parts, replacements) -> new PoolArbitration(config, parts, replacements, times.windowMs())));
    }

    /** Creates a pool named by its connection id; runs on the current Vert.x context. */
    public static WsPool create(Vertx vertx, WsPoolConfig config) {
        return create(vertx, config.connection().connectionId(), config, SubscribeTemplates.NONE, MessageFormat.NONE);
    }

    /** Creates a pool that subscribes, and identifies messages, as a venue profile says. */
    @SuppressWarnings("exports") // for the packages of the library
    public static WsPool create(
            Vertx vertx,
            String name,
            WsPoolConfig config,
            SubscribeTemplates subscribeTemplates,
            MessageFormat format) {
        return new WsPool(
                FeedEnvironment.of(vertx),
                name,
                config,
                subscribeTemplates,
                format,
                Math.max(LEAST_TRIAL_MS, config.evictIntervalMs()));
    }

    /** Creates a pool in a simulated environment. */
    @SuppressWarnings("exports") // for the packages of the library
    public static WsPool create(FeedEnvironment environment, FeedConfig feed) {
        return create(environment, feed, LEAST_TRIAL_MS);
    }

    /** Creates a pool of recorded connections in a simulated environment: none can be replaced. */
    @SuppressWarnings("exports") // for the packages of the library
    public static WsPool ofRecorded(FeedEnvironment environment, FeedConfig feed) {
        return create(environment, feed, 0);
    }

    /**
     * Creates a pool whose connections keep one target each, and none is replaced by another: for comparing paths.
     *
     * @param feed has {@link io.firstline.config.PathsConfig#only} as many targets as connections
     */
    @SuppressWarnings("exports") // for the packages of the library
    public static WsPool ofTargets(FeedEnvironment environment, FeedConfig feed) {
        return create(environment, feed, 0);
    }

    private static WsPool create(FeedEnvironment environment, FeedConfig feed, long trialMs) {
        WsPool pool = new WsPool(environment, feed.name(), feed.pool(), feed.subscriptions(), feed.format(), trialMs);
        pool.nameStreamsAt(feed.streamPointer());
        return pool;
    }
}
