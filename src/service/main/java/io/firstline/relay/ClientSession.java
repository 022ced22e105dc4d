package io.firstline.relay;

import io.firstline.relay.dialect.ClientRequest;
import io.firstline.stream.FeedMessage;
import io.vertx.core.buffer.Buffer;
import java.util.Collection;
import java.util.Set;

/**
 * What one path of a {@link ClientProtocol} says and hears. Pure: the relay keeps the client's streams and carries out
 * requests.
 */
interface ClientSession {
    /** The streams that the path names; null = all streams of the feed. Empty = none until the client subscribes. */
    Set<String> streams();

    /** The form of messages: clients of equal forms and equal streams share the encoded bytes. */
    default Object form() {
        return ClientSession.class;
    }

    /** The bytes of a message for the client; null = the client gets no message of this kind. */
    default Buffer payload(FeedMessage message) {
        return message.payload();
    }

    /**
     * The name of a message's stream as clients subscribe to it; null = none, then only clients of all streams get it.
     */
    default String streamOf(FeedMessage message) {
        return message.stream();
    }

    ClientRequest read(String text);

    /** The answer to a request that was carried out; null = no answer. */
    String accepted(ClientRequest request);

    /** The answer to a request for the client's streams; null = no answer. */
    String listed(ClientRequest request, Collection<String> streams);

    /**
     * The answer to a request that was not carried out; null = no answer.
     *
     * @param why a short sentence for a person
     */
    String refused(ClientRequest request, RefusalReason reason, String why);
}
