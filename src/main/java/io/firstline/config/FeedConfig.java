package io.firstline.config;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One feed: what to connect to, how often, and how to publish the merged stream. Immutable; checked when it is made.
 *
 * @param name the feed's name, part of its event bus addresses: 1 to 64 letters, digits, {@code _} or {@code -}
 * @param pool the connections; with {@code connections} 1 only {@link WsPoolConfig#connection()} counts
 * @param connections 1 = a single connection without arbitration, more = a pool of as many as {@code pool} says
 * @param body what event bus consumers get; default message
 * @param streamPointer JSON pointer to a stream's name in a message: each stream is then published on an address of its own
 *     as well; empty = no
 * @param subscriptions the streams subscribed over the open connection, and how the venue wants to be asked
 * @param venue how the venue is spoken with, and what it lets a client do
 * @param shards the pools that carry the feed, each a part of its streams; empty = one carries them all
 * @param retain what is kept of what was published; null = not said, see {@link #retention}
 */
public record FeedConfig(
        String name,
        WsPoolConfig pool,
        int connections,
        Body body,
        String streamPointer,
        Subscribing subscriptions,
        Venue venue,
        List<Shard> shards,
        Retention retain) {

    public FeedConfig {
        body = body == null ? Body.MESSAGE : body;
        streamPointer = streamPointer == null ? "" : streamPointer;
        subscriptions = subscriptions == null ? Subscribing.NONE : subscriptions;
        venue = venue == null ? Venue.NONE : venue;
        shards = shards == null ? List.of() : List.copyOf(shards);
        new Checks()
                .require(FeedName.isValid(name), "name", Wording.quoted(String.valueOf(name)), FeedName.ALLOWED)
                .require(pool != null, "pool", "nothing", "a WsPoolConfig")
                .range("connections", connections, 1, WsPoolConfig.MAX_CONNECTIONS)
                .require(
                        pool == null || connections < 2 || connections == pool.connections(),
                        "connections",
                        connections,
                        "1, or as many as the pool has")
                .require(
                        JsonText.isPointer(streamPointer),
                        "streamPointer",
                        Wording.quoted(streamPointer),
                        "a JSON pointer such as /stream, or an empty text")
                .throwIfAny("feed configuration");
    }

    /** A feed of no particular venue, on one pool. */
    public FeedConfig(
            String name,
            WsPoolConfig pool,
            int connections,
            Body body,
            String streamPointer,
            Subscribing subscriptions) {
        this(name, pool, connections, body, streamPointer, subscriptions, Venue.NONE, List.of(), null);
    }

    /** A feed on a pool, everything else default. */
    public static FeedConfig of(String name, WsPoolConfig pool) {
        return new FeedConfig(name, pool, pool.connections(), Body.MESSAGE, "", Subscribing.NONE);
    }

    /** A feed on a single connection, everything else default. */
    public static FeedConfig of(String name, WsConnectionConfig connection) {
        return new FeedConfig(name, WsPoolConfig.of(connection), 1, Body.MESSAGE, "", Subscribing.NONE);
    }

    /** Reads a verticle's own configuration; venues are looked up on the class path. */
    public static FeedConfig fromJson(JsonObject json) {
        return fromJson(json, null);
    }

    /**
     * Reads one feed with the keys it has in a configuration file, and its {@code "name"}.
     *
     * @param directory where {@code venues/} is looked for and relative paths start; null = the class path, the working directory
     * @throws InvalidConfigException naming every error with its JSON pointer
     */
    public static FeedConfig fromJson(JsonObject json, Path directory) {
        return FeedReader.single(json, directory);
    }

    /** The same feed with another connection configuration in its pool. */
    public FeedConfig withConnection(WsConnectionConfig connection) {
        return new FeedConfig(
                name,
                pool.withConnection(connection),
                connections,
                body,
                streamPointer,
                subscriptions,
                venue,
                shards,
                retain);
    }

    /** The same feed, keeping so much of what it publishes. */
    public FeedConfig withRetain(Retention newRetain) {
        return new FeedConfig(name, pool, connections, body, streamPointer, subscriptions, venue, shards, newRetain);
    }

    /**
     * What is kept of what was published.
     *
     * @param shared whether other nodes may take the feed over
     */
    public Retention retention(boolean shared) {
        if (retain != null) {
            return retain;
        }
        return shared ? Retention.DEFAULT : Retention.NONE;
    }

    /** The same feed of another venue. */
    FeedConfig withVenue(Venue newVenue) {
        return new FeedConfig(name, pool, connections, body, streamPointer, subscriptions, newVenue, shards, retain);
    }

    /** Whether two configurations mean the same feed: how its connections are called until they open is no part of it. */
    public boolean isSameAs(FeedConfig other) {
        return withConnection(pool.connection().withConnectionId(name))
                .equals(other.withConnection(other.pool.connection().withConnectionId(name)));
    }

    /** How the venue's messages are read. */
    public Dialect dialect() {
        return venue.dialect();
    }

    /** The feed as each of its pools carries it, in the order of its shards; where there are several, they have names of their own. */
    public List<FeedConfig> parts() {
        return shards.isEmpty()
                ? List.of(this)
                : IntStream.range(0, shards.size()).mapToObj(this::part).toList();
    }

    /**
     * Which of the feed's pools can take one more stream.
     *
     * @param carried the streams that each of them carries now
     * @return its place in {@link #parts()}; -1 = none
     */
    public int roomFor(String stream, List<List<String>> carried) {
        return Sharding.roomFor(stream, parts(), carried);
    }

    private FeedConfig part(int index) {
        Shard shard = shards.get(index);
        WsConnectionConfig connection = shard.urls().isEmpty()
                ? pool.connection()
                : pool.connection()
                        .withUrl(shard.urls().get(0))
                        .withFurtherUrls(shard.urls().subList(1, shard.urls().size()));
        return new FeedConfig(
                FeedName.ofPart(name, index + 1),
                pool.withConnection(connection),
                connections,
                body,
                streamPointer,
                subscriptions.withStreams(shard.streams()),
                venue,
                List.of(),
                retain);
    }

    /**
     * What one of a feed's pools carries.
     *
     * @param urls where its connections open, in turn; empty = where the feed's connections open
     * @param streams those of the feed's streams that it subscribes
     */
    public record Shard(List<String> urls, List<String> streams) {
        public Shard {
            urls = List.copyOf(urls);
            streams = List.copyOf(streams);
        }
    }

    /** What an event bus consumer finds in {@code message.body()}. */
    public enum Body {
        /** A {@code FeedMessage}: by reference on this node, in binary form to others. */
        MESSAGE,
        /** The payload alone, as a {@code Buffer}. */
        BUFFER,
        /** A {@code JsonObject} with the fields of {@code FeedMessage}: what bridges and other languages like best. */
        JSON
    }
}
