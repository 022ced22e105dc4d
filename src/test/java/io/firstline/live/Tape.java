package io.firstline.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What arrived on one feed, by stream, undecoded until a test asks. Written on the feed's event loop, read by a test. */
final class Tape {
    /** One arrival. */
    record Arrival(String stream, String text, long receivedMicros) {
        StrictJson.Envelope envelope() {
            try {
                return StrictJson.envelope(text);
            } catch (JsonProcessingException e) {
                throw new AssertionError("not {\"stream\":…,\"data\":…}: " + text, e);
            }
        }

        Event event(Entrance entrance) {
            try {
                return StrictJson.decode(envelope().data(), StrictJson.typeOf(entrance, stream));
            } catch (JsonProcessingException | IllegalArgumentException e) {
                throw new AssertionError(stream + " is not what is documented: " + e.getMessage() + "\n" + text, e);
            }
        }
    }

    private final List<FeedMessage> messages = new ArrayList<>();

    synchronized void add(FeedMessage message) {
        messages.add(message);
    }

    synchronized int size() {
        return messages.size();
    }

    synchronized List<FeedMessage> messages() {
        return List.copyOf(messages);
    }

    /** Everything so far by stream, in order of arrival. */
    Map<String, List<Arrival>> byStream() {
        Map<String, List<Arrival>> streams = new TreeMap<>();
        for (FeedMessage message : messages()) {
            String text = message.asText();
            streams.computeIfAbsent(nameIn(text), name -> new ArrayList<>())
                    .add(new Arrival(nameIn(text), text, message.receivedMicros()));
        }
        return streams;
    }

    /** Cheap, because a waiting test asks often; {@link Arrival#envelope} checks the rest. */
    private static String nameIn(String text) {
        String start = "{\"stream\":\"";
        if (!text.startsWith(start)) {
            throw new AssertionError("not a combined stream's message: " + text);
        }
        return text.substring(start.length(), text.indexOf('"', start.length()));
    }
}
