package io.firstline.relay.dialect;

import java.util.List;

/**
 * A request of a relay's client, as its protocol reads it.
 *
 * <p>The id of a request is the JSON text of the value that the answer repeats, such as {@code 7} or {@code "a"}; null = the
 * request has none.
 */
public sealed interface ClientRequest {
    /** The same request for a part of its streams, if it has any. */
    default ClientRequest of(List<String> some) {
        return this;
    }

    /** Asks for further streams. */
    record Subscribe(List<String> streams, String id) implements ClientRequest {
        public Subscribe {
            streams = List.copyOf(streams);
        }

        @Override
        public ClientRequest of(List<String> some) {
            return new Subscribe(some, id);
        }
    }

    /** Wants no more messages of these streams. */
    record Unsubscribe(List<String> streams, String id) implements ClientRequest {
        public Unsubscribe {
            streams = List.copyOf(streams);
        }
    }

    /** Asks for these streams instead of those that it has. */
    record Replace(List<String> streams, String id) implements ClientRequest {
        public Replace {
            streams = List.copyOf(streams);
        }
    }

    /** Asks which streams it gets. */
    record ListSubscriptions(String id) implements ClientRequest {}

    /**
     * A heartbeat of the application or another question that the relay answers itself.
     *
     * @param text the request
     */
    record Heartbeat(String text) implements ClientRequest {}

    /** Nothing that the relay understands, such as an order or a login. */
    record Unknown(String text, String id) implements ClientRequest {}
}
