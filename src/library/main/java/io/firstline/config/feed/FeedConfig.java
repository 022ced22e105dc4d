package io.firstline.config.feed;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedName;
import io.firstline.config.check.Fingerprint;
import io.firstline.config.check.ProblemText;
import io.firstline.config.check.Records;
import io.firstline.config.check.SchemaKeys;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.Pointers;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import io.firstline.config.venue.VenueTimes;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The configuration of one feed: its connections, and how its merged stream is published. Immutable; checked in the
 * constructor.
 *
 * @param name the feed's name, part of its event bus addresses: 1 to 64 letters, digits, {@code _} or {@code -}
 * @param pool the connections; with {@code connections} 1, only {@link WsPoolConfig#connection()} is used
 * @param connections 1 = a single connection without arbitration; more = a pool, with the same number as in
 *     {@code pool}
 * @param body the body for event bus consumers; default message
 * @param streamPointer JSON pointer to the stream's name in a message, instead of the venue's name for it; each stream
 *     is then also published on a separate address; empty = off
 * @param subscriptions the subscribed streams, and the requests that subscribe them
 * @param venue the venue's message format and limits
 * @param shards the pools that share the feed's streams; empty = one pool has all streams
 * @param retain the retention of published messages; null = not configured, see {@link #retention}
 */
public record FeedConfig(
        String name,
        WsPoolConfig pool,
        int connections,
        Body body,
        String streamPointer,
        SubscribeTemplates subscriptions,
        Venue venue,
        List<Shard> shards,
        Retention retain) {

    public FeedConfig {
        body = body == null ? Body.MESSAGE : body;
        streamPointer = streamPointer == null ? "" : streamPointer;
        subscriptions = subscriptions == null ? SubscribeTemplates.NONE : subscriptions;
        venue = venue == null ? Venue.NONE : venue;
        shards = shards == null ? List.of() : List.copyOf(shards);
        new Checks()
                .require(FeedName.isValid(name), "name", ProblemText.quoted(String.valueOf(name)), FeedName.ALLOWED)
                .require(pool != null, "pool", "nothing", "a WsPoolConfig")
                .key(SchemaKeys.FEED, "connections", connections)
                .require(
                        pool == null || connections < 2 || connections == pool.connections(),
                        "connections",
                        connections,
                        "1, or as many as the pool has")
                .require(
                        streamPointer.isEmpty() || Pointers.canBeRead(streamPointer),
                        "streamPointer",
                        ProblemText.quoted(streamPointer),
                        "a JSON pointer such as /stream, or an empty text")
                .throwIfAny("feed configuration");
    }

    /** A feed without a venue profile, with one pool. */
    public FeedConfig(
            String name,
            WsPoolConfig pool,
            int connections,
            Body body,
            String streamPointer,
            SubscribeTemplates subscriptions) {
        this(name, pool, connections, body, streamPointer, subscriptions, Venue.NONE, List.of(), null);
    }

    /** A feed with a pool; everything else is default. */
    public static FeedConfig of(String name, WsPoolConfig pool) {
        return new FeedConfig(name, pool, pool.connections(), Body.MESSAGE, "", SubscribeTemplates.NONE);
    }

    /** A feed with a single connection; everything else is default. */
    public static FeedConfig of(String name, WsConnectionConfig connection) {
        return new FeedConfig(name, WsPoolConfig.of(connection), 1, Body.MESSAGE, "", SubscribeTemplates.NONE);
    }

    /** Reads the configuration of a verticle; venue profiles come from the class path. */
    public static FeedConfig fromJson(JsonObject json) {
        return fromJson(json, null);
    }

    /**
     * Reads one feed, with the keys of a configuration file and its {@code "name"}.
     *
     * @param directory contains {@code venues/} and is the base of relative paths; null = the class path, the working
     *     directory
     * @throws InvalidConfigException naming every error with its JSON pointer
     */
    public static FeedConfig fromJson(JsonObject json, Path directory) {
        return FeedReader.single(json, directory);
    }

    /** The same feed with another connection configuration in its pool. */
    public FeedConfig withConnection(WsConnectionConfig connection) {
        return Records.with(this, "pool", pool.withConnection(connection));
    }

    /** The same feed with another retention. */
    public FeedConfig withRetain(Retention newRetain) {
        return Records.with(this, "retain", newRetain);
    }

    /**
     * The retention of published messages.
     *
     * @param shared whether other nodes may take over the feed
     */
    public Retention retention(boolean shared) {
        if (retain != null) {
            return retain;
        }
        return shared ? Retention.DEFAULT : Retention.NONE;
    }

    /** The same feed with another venue. */
    public FeedConfig withVenue(Venue newVenue) {
        return Records.with(this, "venue", newVenue);
    }

    /** Whether two configurations mean the same feed. The provisional names of its connections are ignored. */
    public boolean isSameAs(FeedConfig other) {
        return withConnection(pool.connection().withConnectionId(name))
                .equals(other.withConnection(other.pool.connection().withConnectionId(name)));
    }

    /**
     * Names what nodes of a cluster must have in common: two configurations with the same text receive the same messages,
     * take the same ones for copies of each other, and publish them in the same form. It is the same on every machine
     * with the same version of Firstline. Hosts, ports, headers and secrets do not count, because each node may have its
     * own way to the server.
     */
    public String fingerprint() {
        WsConnectionConfig connection = pool.connection();
        return Fingerprint.of(List.of(
                path(connection.url()),
                connection.furtherUrls().stream().map(FeedConfig::path).toList(),
                connection.onConnect(),
                subscriptions,
                venue.name(),
                venue.format().withTimes(VenueTimes.NONE),
                shards.stream().map(Shard::streams).toList(),
                streamPointer,
                body));
    }

    private static String path(String url) {
        return url.replaceFirst("^[A-Za-z]+://[^/?]*", "");
    }

    /** The venue's message format. */
    public MessageFormat format() {
        return venue.format();
    }

    /**
     * The configuration of each of the feed's pools, in the order of its shards. If there are several, each has a
     * different name.
     */
    public List<FeedConfig> parts() {
        return shards.isEmpty()
                ? List.of(this)
                : IntStream.range(0, shards.size()).mapToObj(this::part).toList();
    }

    /**
     * Finds a pool with room for one more stream.
     *
     * @param carried the current streams of each pool
     * @return its index in {@link #parts()}; -1 = none
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
        return Records.with(
                this,
                Map.of(
                        "name", FeedName.ofPart(name, index + 1),
                        "pool", pool.withConnection(connection),
                        "subscriptions", subscriptions.withStreams(shard.streams()),
                        "shards", List.of()));
    }

    /**
     * One of a feed's pools.
     *
     * @param urls its URLs, used in turn; empty = the feed's URLs
     * @param streams the part of the feed's streams that it subscribes
     */
    public record Shard(List<String> urls, List<String> streams) {
        public Shard {
            urls = List.copyOf(urls);
            streams = List.copyOf(streams);
        }
    }

    /** The type of {@code message.body()} for event bus consumers. */
    public enum Body {
        /** A {@code FeedMessage}: by reference on this node, in binary form for other nodes. */
        MESSAGE,
        /** The payload alone, as a {@code Buffer}. */
        BUFFER,
        /** A {@code JsonObject} with the fields of {@code FeedMessage}, for bridges and other languages. */
        JSON,
        /** A {@code FeedBatch}: the {@code FeedMessage}s of one turn of the event loop, for consumers on this node. */
        BATCH
    }
}
