package io.firstline.integration;

import io.firstline.arbitration.report.Proof;
import io.firstline.payload.Encoded;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * How the server of a venue speaks, as its documentation says: what it replies, how it names streams and numbers
 * messages, what else it sends.
 */
final class VenueDialect {
    /** A message of a stream. */
    interface Message {
        /**
         * The text of a message.
         *
         * @param number counts the messages of the stream from 1
         * @param connection the connection that it is sent on
         */
        String text(int number, int connection);
    }

    /** The replies to a request. */
    interface Reply {
        List<String> to(JsonObject request, List<String> streams);
    }

    /** The replies to a request, which are the connection's own. */
    interface ReplyOn {
        List<String> to(JsonObject request, List<String> streams, int connection);
    }

    /** A stream that the venue has. */
    static final class Sent {
        final String name;
        /** Its name in messages. */
        String shown;

        final Proof proof;
        final Message message;
        /** The first message to a new subscriber, after this many messages; null = nothing. */
        Message snapshot;

        private Sent(String name, Proof proof, Message message) {
            this.name = name;
            this.shown = name;
            this.proof = proof;
            this.message = message;
        }
    }

    final String venue;
    final List<Sent> streams = new ArrayList<>();
    /** Sent to every client that connects; null = nothing. */
    String greeting;
    /** Control messages that come at any time. */
    List<String> beats = List.of();
    /** Announces that the connection will be closed; null = the venue does not. */
    String warning;
    /** A stream that the venue refuses; null = it says nothing about unknown streams. */
    String unknown;
    /** The words of a refusal. */
    String words = "";
    /** How messages are put into binary frames; null = they are text. */
    UnaryOperator<byte[]> encoding;

    /** Whether the messages of streams are binary: each character of their text is a byte. All others are text. */
    boolean binary;

    /** Whether {@code sequence_num} of each message counts the messages of the connection. */
    boolean counts;

    /** Whether messages to the server must be MessagePack. */
    boolean msgpack;

    /** The bytes of binary messages that are the connection's own. */
    int ownFrom;

    int ownTo;

    /** A question of the server, and the answer that it expects; null = none. */
    String question;

    String answer;

    /** Whether everything is sent without a request. */
    boolean unasked;

    /** Whether the user's plan allows more connections than the shipped profile. */
    boolean plan;

    /** The secrets of the user, by name. */
    final Map<String, String> secrets = new LinkedHashMap<>();
    /** Path and query of the URL, if the feed has to name them. */
    String path = "";
    /** Whether an upgrade is rightly signed. */
    BiPredicate<MultiMap, String> admits = (headers, uri) -> true;
    /** Whether a message is a right login; null = the venue wants none. */
    Predicate<JsonObject> login;
    /** The answer to a right login. */
    String loggedIn;

    /** Whether the venue says which stream it refuses. */
    boolean tellsWhich = true;

    /** Whether one unknown stream refuses all streams of its request. */
    boolean wholly;

    Function<JsonObject, List<String>> named = request -> List.of();
    ReplyOn ack = (request, streams, connection) -> List.of();
    Reply refusal = (request, streams) -> List.of();

    private VenueDialect(String venue) {
        this.venue = venue;
    }

    static VenueDialect of(String venue) {
        return new VenueDialect(venue);
    }

    /** The streams that a request to subscribe names; empty for other requests. */
    VenueDialect names(Function<JsonObject, List<String>> streams) {
        named = streams;
        return this;
    }

    VenueDialect acks(Reply reply) {
        return acks((request, names, connection) -> reply.to(request, names));
    }

    VenueDialect acks(ReplyOn reply) {
        ack = reply;
        return this;
    }

    VenueDialect refuses(String stream, String with, Reply reply) {
        unknown = stream;
        words = with;
        refusal = reply;
        return this;
    }

    /** The secrets of the user: names and values in turn. */
    VenueDialect secrets(String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            secrets.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return this;
    }

    /** The user's plan allows more connections than the shipped profile. */
    VenueDialect withLargerPlan() {
        plan = true;
        return this;
    }

    VenueDialect at(String pathAndQuery) {
        path = pathAndQuery;
        return this;
    }

    VenueDialect admits(BiPredicate<MultiMap, String> signed) {
        admits = signed;
        return this;
    }

    VenueDialect logsIn(String answer, Predicate<JsonObject> right) {
        loggedIn = answer;
        login = right;
        return this;
    }

    /** A refusal names neither the stream nor the request. */
    VenueDialect namelessly() {
        tellsWhich = false;
        return this;
    }

    VenueDialect wholly() {
        wholly = true;
        return this;
    }

    VenueDialect encodes(UnaryOperator<byte[]> how) {
        encoding = how;
        return this;
    }

    VenueDialect binary() {
        binary = true;
        return this;
    }

    /** Messages to the server, and all its own but data, are JSON in MessagePack. */
    VenueDialect speaksMsgpack() {
        msgpack = true;
        encoding = json -> Encoded.msgpack(new JsonArray(new String(json, StandardCharsets.UTF_8)).getList());
        return this;
    }

    /** The {@code sequence_num} of each message counts the messages of the connection. */
    VenueDialect counts() {
        counts = true;
        return this;
    }

    /** These bytes of binary messages are the connection's own. */
    VenueDialect owns(int from, int to) {
        ownFrom = from;
        ownTo = to;
        return this;
    }

    VenueDialect asks(String what, String expected) {
        question = what;
        answer = expected;
        return this;
    }

    VenueDialect unasked() {
        unasked = true;
        return this;
    }

    VenueDialect greets(String text) {
        greeting = text;
        return this;
    }

    VenueDialect beats(String... texts) {
        beats = List.of(texts);
        return this;
    }

    VenueDialect warns(String text) {
        warning = text;
        return this;
    }

    VenueDialect sends(String stream, Proof proof, Message message) {
        streams.add(new Sent(stream, proof, message));
        return this;
    }

    /** The stream before this begins with a snapshot. */
    VenueDialect after(IntFunction<String> snapshot) {
        return after((number, connection) -> snapshot.apply(number));
    }

    /** The stream before this begins with a snapshot, which is the connection's own. */
    VenueDialect after(Message snapshot) {
        streams.get(streams.size() - 1).snapshot = snapshot;
        return this;
    }

    /** Messages of the stream before this show another name. */
    VenueDialect shownAs(String name) {
        streams.get(streams.size() - 1).shown = name;
        return this;
    }

    @Override
    public String toString() {
        return venue;
    }
}
