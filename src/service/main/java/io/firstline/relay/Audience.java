package io.firstline.relay;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The clients that get the same bytes: of one form, of the same streams, compressed or not. Runs on one event loop. */
final class Audience {
    /** A batch that is longer is passed on within the turn. */
    private static final int FULL_BYTES = 256 << 10;

    private final Key key;
    /** Replaced by each change: a client may leave while a batch is passed on. */
    private List<RelayClient> clients = List.of();

    /** The frames of this turn; null = none yet. */
    private FrameBatch batch;

    /**
     * What its clients have in common.
     *
     * @param form see {@link ClientSession#form}
     * @param streams the names that messages show; null = all
     */
    record Key(Object form, Set<String> streams, boolean compressed) {
        static Key of(RelayClient client) {
            return new Key(
                    client.session().form(),
                    client.ready() == null
                            ? null
                            : client.ready().stream()
                                    .map(client.session()::shown)
                                    .collect(Collectors.toUnmodifiableSet()),
                    client.isCompressed());
        }
    }

    Audience(Key key) {
        this.key = key;
    }

    Key key() {
        return key;
    }

    void add(RelayClient client) {
        clients = Stream.concat(clients.stream(), Stream.of(client)).toList();
    }

    /** Returns whether it is empty now. */
    boolean remove(RelayClient client) {
        clients = clients.stream().filter(each -> each != client).toList();
        return clients.isEmpty();
    }

    /** Adds a message to this turn; returns whether it is the first one. */
    boolean append(byte[] payload, boolean text, String stream, FrameEncoder encoder, long nowNanos) {
        boolean first = batch == null;
        if (first) {
            batch = new FrameBatch();
        }
        if (key.compressed()) {
            encoder.appendCompressed(batch.end(), payload, text);
        } else {
            FrameEncoder.append(batch.end(), payload, text);
        }
        batch.appended(stream);
        if (batch.length() >= FULL_BYTES) {
            pass(nowNanos);
            batch = new FrameBatch();
        }
        return first;
    }

    /** Ends the turn: one write and one flush for each client. */
    void endTurn(long nowNanos) {
        pass(nowNanos);
        each(RelayClient::flush);
    }

    private void pass(long nowNanos) {
        FrameBatch full = batch;
        batch = null;
        if (full.messages() > 0) {
            each(client -> client.deliver(full, nowNanos));
        }
        full.release();
    }

    /** A client that fails does not stop the others. */
    private void each(Consumer<RelayClient> action) {
        List<RelayClient> now = clients;
        for (int i = 0; i < now.size(); i++) {
            try {
                action.accept(now.get(i));
            } catch (RuntimeException e) {
                now.get(i).failed(e);
            }
        }
    }
}
