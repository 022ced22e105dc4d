package io.firstline.relay.dialect;

import java.util.List;
import java.util.Map;

/** A request of a relay's client, as its protocol reads it. */
public sealed interface ClientRequest {
    /**
     * The values that its answers repeat, as JSON texts such as {@code 7} or {@code "a"}: by the placeholders of the
     * answers, such as {@code id}. A value that the request lacks is missing.
     */
    default Map<String, String> repeated() {
        return Map.of();
    }

    /** The same request for a part of its streams, if it has any. */
    default ClientRequest of(List<String> some) {
        return this;
    }

    /** Asks for further streams. */
    record Subscribe(List<String> streams, Map<String, String> repeated) implements ClientRequest {
        public Subscribe {
            streams = List.copyOf(streams);
            repeated = Map.copyOf(repeated);
        }

        @Override
        public ClientRequest of(List<String> some) {
            return new Subscribe(some, repeated);
        }
    }

    /** Wants no more messages of these streams. */
    record Unsubscribe(List<String> streams, Map<String, String> repeated) implements ClientRequest {
        public Unsubscribe {
            streams = List.copyOf(streams);
            repeated = Map.copyOf(repeated);
        }
    }

    /** Asks for these streams instead of those that it has. */
    record Replace(List<String> streams, Map<String, String> repeated) implements ClientRequest {
        public Replace {
            streams = List.copyOf(streams);
            repeated = Map.copyOf(repeated);
        }
    }

    /** Asks which streams it gets. */
    record ListSubscriptions(Map<String, String> repeated) implements ClientRequest {
        public ListSubscriptions {
            repeated = Map.copyOf(repeated);
        }
    }

    /**
     * A heartbeat of the application or another question that the relay answers itself.
     *
     * @param text the request
     */
    record Heartbeat(String text) implements ClientRequest {}

    /** Nothing that the relay understands, such as an order or a login. */
    record Unknown(String text, Map<String, String> repeated) implements ClientRequest {
        public Unknown {
            repeated = Map.copyOf(repeated);
        }
    }
}
