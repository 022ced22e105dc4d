package io.firstline.recording;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The first line of a file of a {@link Recorder}.
 *
 * @param feed the feed's name
 * @param connection the connection's id
 * @param part counts the files of the connection from 0
 * @param connections wanted number of connections of the feed
 * @param streams subscribed streams when the connections opened
 * @param url the feed's URL, secrets masked
 * @param startedUs start of the recorder, microseconds since the Unix epoch: the zero of its monotonic clock
 */
public record RecordingHeader(
        String feed, String connection, int part, int connections, List<String> streams, String url, long startedUs) {
    private static final String VERSION_KEY = "recording";
    private static final int VERSION = 1;

    /** Copies the list. */
    public RecordingHeader {
        streams = List.copyOf(streams);
    }

    RecordingHeader of(String connectionId, int newPart) {
        return new RecordingHeader(feed, connectionId, newPart, connections, streams, url, startedUs);
    }

    /** The name of the file with this header. */
    String fileName() {
        return String.format(Locale.ROOT, "%s-%04d.jsonl.gz", connection, part);
    }

    /** Whether both files belong to one connection. */
    boolean isSameConnection(RecordingHeader other) {
        return feed.equals(other.feed) && connection.equals(other.connection) && startedUs == other.startedUs;
    }

    static boolean isHeader(JsonNode json) {
        return json.has(VERSION_KEY);
    }

    /**
     * Reads a header.
     *
     * @throws IllegalArgumentException if it is invalid; the message names the problem
     */
    static RecordingHeader read(JsonNode json) {
        require(json.path(VERSION_KEY).asInt(-1) == VERSION, VERSION_KEY, json, "" + VERSION);
        for (String text : List.of("feed", "connection", "url")) {
            require(json.path(text).isTextual(), text, json, "a text");
        }
        require(json.path("part").isInt(), "part", json, "a number");
        require(json.path("connections").asInt() > 0, "connections", json, "1 or more");
        require(json.path("started_us").isIntegralNumber(), "started_us", json, "a whole number");
        List<String> streams = new ArrayList<>();
        json.path("streams").forEach(stream -> streams.add(stream.asText()));
        return new RecordingHeader(
                json.path("feed").textValue(),
                json.path("connection").textValue(),
                json.path("part").intValue(),
                json.path("connections").intValue(),
                streams,
                json.path("url").textValue(),
                json.path("started_us").longValue());
    }

    private static void require(boolean fits, String key, JsonNode json, String allowed) {
        if (!fits) {
            throw new IllegalArgumentException(
                    "found " + key + " " + json.path(key) + " in its first line, allowed: " + allowed);
        }
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField(VERSION_KEY, VERSION);
        json.writeStringField("feed", feed);
        json.writeStringField("connection", connection);
        json.writeNumberField("part", part);
        json.writeNumberField("connections", connections);
        json.writeArrayFieldStart("streams");
        for (String stream : streams) {
            json.writeString(stream);
        }
        json.writeEndArray();
        json.writeStringField("url", url);
        json.writeNumberField("started_us", startedUs);
        json.writeEndObject();
    }
}
