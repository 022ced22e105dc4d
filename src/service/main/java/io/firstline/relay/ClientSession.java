package io.firstline.relay;

import io.firstline.relay.dialect.ClientRequest;
import io.firstline.stream.FeedMessage;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The messages of one path of a {@link ClientProtocol}, in both directions. Pure: the relay keeps the client's streams
 * and carries out requests.
 */
interface ClientSession {
    /** The streams that the path names; null = all streams of the feed. Empty = none until the client subscribes. */
    Set<String> streams();

    /** The form of messages: clients of equal forms and equal streams share the encoded bytes. */
    default Object form() {
        return ClientSession.class;
    }

    /** The bytes of a message for the client, not to be changed; null = the client gets no message of this kind. */
    default byte[] payload(FeedMessage message) {
        return message.bytes();
    }

    /** The name of a message's stream; null = none, then only clients of all streams get it. */
    default String streamOf(FeedMessage message) {
        return message.stream();
    }

    ClientRequest read(String text);

    /** Sent when the client has connected. */
    default List<String> greetings() {
        return List.of();
    }

    /**
     * The name that messages show for a stream as clients subscribe to it: {@link #streamOf} gives that of a message.
     * Two streams of one name cannot be distinguished.
     */
    default String shown(String stream) {
        return stream;
    }

    /**
     * The answers to a request that was carried out, or that needs nothing to be done, such as a heartbeat.
     *
     * @param streams those of the client now
     */
    List<String> accepted(ClientRequest request, Collection<String> streams);

    /** Whether answers name their streams, so that a request may be granted in part. */
    default boolean answersEachStream() {
        return false;
    }

    /** The answer to a request for the client's streams; null = no answer. */
    String listed(ClientRequest request, Collection<String> streams);

    /**
     * The answer to a request that was not carried out; null = no answer.
     *
     * @param why a short sentence for a person
     */
    String refused(ClientRequest request, RefusalReason reason, String why);
}
