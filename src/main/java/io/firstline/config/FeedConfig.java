package io.firstline.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

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
 * @param dialect how the venue's messages are read
 */
public record FeedConfig(
        String name,
        WsPoolConfig pool,
        int connections,
        Body body,
        String streamPointer,
        Subscribing subscriptions,
        Dialect dialect) {

    public FeedConfig {
        body = body == null ? Body.MESSAGE : body;
        streamPointer = streamPointer == null ? "" : streamPointer;
        subscriptions = subscriptions == null ? Subscribing.NONE : subscriptions;
        dialect = dialect == null ? Dialect.NONE : dialect;
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

    /** A feed whose messages cannot be told apart. */
    public FeedConfig(
            String name,
            WsPoolConfig pool,
            int connections,
            Body body,
            String streamPointer,
            Subscribing subscriptions) {
        this(name, pool, connections, body, streamPointer, subscriptions, Dialect.NONE);
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
                name, pool.withConnection(connection), connections, body, streamPointer, subscriptions, dialect);
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

    /**
     * The streams a feed asks for over its open connections. Immutable; checked when it is made.
     *
     * @param streams subscribed on each connection when it opens
     * @param subscribe the venue's request, with {@code ${streams}} (a JSON array) and {@code ${id}}; empty = the venue has none
     * @param unsubscribe the same for the way back
     */
    public record Subscribing(List<String> streams, String subscribe, String unsubscribe) {
        public static final Subscribing NONE = new Subscribing(List.of(), "", "");

        private static final Pattern UNKNOWN = Pattern.compile("\\$\\{(?!(?:streams|id)\\})[^}]*\\}?");

        public Subscribing {
            streams = streams == null ? List.of() : List.copyOf(streams);
            subscribe = subscribe == null ? "" : subscribe;
            unsubscribe = unsubscribe == null ? "" : unsubscribe;
            Checks checks = new Checks()
                    .require(
                            streams.isEmpty() || !subscribe.isEmpty(),
                            "streams",
                            "streams, but no request to subscribe them with",
                            "streams together with a \"venue\" or a \"subscribe\" template")
                    .require(
                            streams.stream().noneMatch(String::isBlank)
                                    && new HashSet<>(streams).size() == streams.size(),
                            "streams",
                            "a blank or repeated stream",
                            "every stream's name once")
                    .require(
                            unsubscribe.isEmpty() || !subscribe.isEmpty(),
                            "unsubscribe",
                            "a template for unsubscribing only",
                            "both templates, or \"subscribe\" alone");
            check(checks, "subscribe", subscribe);
            check(checks, "unsubscribe", unsubscribe);
            checks.throwIfAny("subscriptions");
        }

        /** The request for more streams; the id must be new on its connection. */
        public String subscribeRequest(List<String> streams, long id) {
            return request(subscribe, streams, id);
        }

        /** The request for fewer streams; the id must be new on its connection. */
        public String unsubscribeRequest(List<String> streams, long id) {
            return request(unsubscribe, streams, id);
        }

        /** The names go in last: one that looks like a placeholder stays as it is. */
        private static String request(String template, List<String> streams, long id) {
            return template.replace("${id}", Long.toString(id))
                    .replace("${streams}", new JsonArray(List.copyOf(streams)).encode());
        }

        /** A template may hold a credential, so errors do not show it. */
        private static void check(Checks checks, String field, String template) {
            if (template.isEmpty()) {
                return;
            }
            boolean known = !UNKNOWN.matcher(template).find();
            boolean json = template.startsWith("{") || template.startsWith("[");
            checks.require(
                            template.contains("${streams}"),
                            field,
                            "a template without ${streams}",
                            "a text message with ${streams} and, if the venue wants it, ${id}")
                    .require(
                            known,
                            field,
                            "a placeholder that is neither ${streams} nor ${id}",
                            "the placeholders ${streams} and ${id}")
                    .require(
                            !json || !known || JsonText.isJson(request(template, List.of("s"), 1)),
                            field,
                            "a template that is not JSON once it is filled",
                            "JSON, because it begins like JSON");
        }
    }
}
