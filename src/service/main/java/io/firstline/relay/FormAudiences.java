package io.firstline.relay;

import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The audiences of one form of messages, by the streams that they want. Runs on one event loop. */
final class FormAudiences {
    private final ClientSession session;
    private final FrameEncoder encoder;
    private final Map<Audience.Key, Audience> audiences = new LinkedHashMap<>();
    private final List<Audience> ofAll = new ArrayList<>();
    private final Map<String, List<Audience>> byStream = new HashMap<>();

    /**
     * Starts without clients.
     *
     * @param session one of its clients': all have the same form
     */
    FormAudiences(ClientSession session, FrameEncoder encoder) {
        this.session = session;
        this.encoder = encoder;
    }

    void add(RelayClient client) {
        audiences.computeIfAbsent(Audience.Key.of(client), this::made).add(client);
    }

    private Audience made(Audience.Key key) {
        Audience audience = new Audience(key);
        if (key.streams() == null) {
            ofAll.add(audience);
        } else {
            key.streams().forEach(stream -> byStream.computeIfAbsent(stream, any -> new ArrayList<>())
                    .add(audience));
        }
        return audience;
    }

    /** Returns whether no client is left. */
    boolean remove(RelayClient client, Audience.Key key) {
        Audience audience = audiences.get(key);
        if (audience != null && audience.remove(client)) {
            audiences.remove(key);
            ofAll.remove(audience);
            byStream.values().forEach(each -> each.remove(audience));
            byStream.values().removeIf(List::isEmpty);
        }
        return audiences.isEmpty();
    }

    /** Adds a message to the turn of each audience that wants it; those that had none so far are added to a list. */
    void append(FeedMessage message, List<Audience> inTurn, long nowNanos) {
        String stream = session.streamOf(message);
        List<Audience> interested = stream == null ? List.of() : byStream.getOrDefault(stream, List.of());
        if (ofAll.isEmpty() && interested.isEmpty()) {
            return;
        }
        byte[] payload = session.payload(message);
        if (payload == null) {
            return;
        }
        // a late message is older than what waits of its stream, so it replaces nothing
        String place = message.late() ? null : stream;
        append(ofAll, payload, message.text(), place, inTurn, nowNanos);
        append(interested, payload, message.text(), place, inTurn, nowNanos);
    }

    private void append(
            List<Audience> to, byte[] payload, boolean text, String stream, List<Audience> inTurn, long nowNanos) {
        for (int i = 0; i < to.size(); i++) {
            if (to.get(i).append(payload, text, stream, encoder, nowNanos)) {
                inTurn.add(to.get(i));
            }
        }
    }
}
