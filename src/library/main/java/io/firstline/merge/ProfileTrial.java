package io.firstline.merge;

import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.StreamClass;
import io.firstline.feed.message.ArrivingCopy;
import io.firstline.feed.message.LearnedIds;
import io.firstline.feed.message.MessageReader;
import io.firstline.feed.message.OutgoingCopy;
import io.firstline.feed.message.Question;
import io.firstline.feed.message.Reply;
import io.firstline.feed.message.StreamTable;
import io.firstline.payload.ConcatenatedJson;
import io.firstline.payload.JsonItems;
import io.firstline.payload.MessageItems;
import io.firstline.payload.Payload;
import io.firstline.payload.TextInflater;
import io.firstline.recording.RecordedEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads recorded messages through a venue's profile as a feed does, and counts what the profile finds in them: of each
 * class its messages, keys, and the steps of its sequence. Not thread-safe.
 */
public final class ProfileTrial {
    private static final int MAX_BYTES = 16 << 20;

    private final MessageFormat format;
    private final MessageReader reader;
    private final TextInflater inflater;
    private final List<ClassTrial> classes = new ArrayList<>();
    private final ArrivingCopy copy = new ArrivingCopy();
    private final ConcatenatedJson values = new ConcatenatedJson();
    private final MessageItems textItems = new JsonItems();
    /** Null = binary messages are not cut. */
    private final MessageItems binaryItems;

    private final Payload decoded = new Payload();
    private final Payload value = new Payload();
    private final Payload withOne = new Payload();
    private final Map<String, Asked> connections = new HashMap<>();
    /** The last number of each stream on each connection. */
    private final Map<String, Long> numbers = new HashMap<>();

    private long unreadable;
    private long unnamed;
    private long data;

    /** Makes a trial of a profile without messages. */
    public ProfileTrial(MessageFormat format) {
        this.format = format;
        this.reader = new MessageReader(format, new StreamTable(format.notices().shutdownStreams()));
        this.binaryItems = reader.layout().binaryItems();
        this.inflater = switch (format.content().payload()) {
            case GZIP -> new TextInflater(TextInflater.Wrapper.GZIP);
            case ZLIB -> new TextInflater(TextInflater.Wrapper.ZLIB);
            case DEFLATE -> new TextInflater(TextInflater.Wrapper.NONE);
            default -> null;
        };
        format.classes().forEach(type -> classes.add(new ClassTrial(type)));
        classes.add(new ClassTrial(StreamClass.UNKNOWN));
    }

    /** Reads a message of a connection. */
    public void add(String connection, RecordedEntry entry) {
        boolean text = entry.kind() == RecordedEntry.Kind.TEXT;
        Payload message = decoded.over(entry.payload(), text);
        if (!text && format.content().payload().isText()) {
            message = text(message);
        }
        if (message == null) {
            unreadable++;
            return;
        }
        List<ConcatenatedJson.Range> several = message.isText() && reader.expectsJson()
                ? values.in(message.array(), message.from(), message.from() + message.length())
                : List.of();
        if (several.isEmpty()) {
            read(connection, message, entry.steadyNanos());
        }
        byte[] bytes = message.array();
        for (ConcatenatedJson.Range each : several) {
            read(connection, value.over(bytes, each.from(), each.length(), true), entry.steadyNanos());
        }
    }

    private Payload text(Payload message) {
        if (inflater != null) {
            int length = inflater.inflate(message.array(), message.from(), message.length(), MAX_BYTES);
            if (length < 0) {
                return null;
            }
            return decoded.over(inflater.result(), 0, length, true);
        }
        return decoded.over(message.array(), message.from(), message.length(), true);
    }

    private void read(String connection, Payload message, long nanos) {
        Asked asked = connections.computeIfAbsent(connection, any -> new Asked(new LearnedIds()));
        reader.read(copy.of(connection, message, nanos), asked);
        MessageItems.Path path = copy.items();
        MessageItems items = message.isText() ? textItems : binaryItems;
        int count = path == null || items == null ? 0 : items.cut(message, path);
        if (count < 2) {
            if (count == MessageItems.WHOLE) {
                copy.staysWhole();
            }
            count(connection);
            return;
        }
        reader.countParts(count);
        for (int i = 0; i < count; i++) {
            reader.readAgain(copy.of(connection, items.message(i, withOne), nanos), asked);
            count(connection);
        }
    }

    private void count(String connection) {
        boolean isUnnamed = copy.kind() == ArrivingCopy.Kind.UNNAMED;
        if (copy.kind() != ArrivingCopy.Kind.DATA && !isUnnamed) {
            return;
        }
        data++;
        if (isUnnamed || copy.streamWatch() == null) {
            unnamed++;
            return;
        }
        String stream = copy.streamWatch().name;
        ClassTrial type = classes.get(Math.floorMod(format.classes().indexOf(format.classOf(stream)), classes.size()));
        type.message(stream, copy.key != 0);
        if (copy.last != OutgoingCopy.NO_NUMBER) {
            String run = connection + "\n" + stream;
            type.numbered(numbers.get(run), copy.first, copy.last, copy.restarts);
            numbers.put(run, copy.last);
        }
    }

    /** The classes of the profile in their order; the last one has the streams of none. */
    public List<ClassTrial> classes() {
        return List.copyOf(classes);
    }

    /** The messages, or items of messages, that are not control. */
    public long data() {
        return data;
    }

    /** Those of them that name no stream. */
    public long unnamed() {
        return unnamed;
    }

    public long control() {
        return reader.control();
    }

    /** The messages that do not have the form of the profile. */
    public long unreadable() {
        return unreadable + reader.malformed();
    }

    /** A recording asks for nothing: what looks like a reply is one. */
    private record Asked(LearnedIds ids) implements MessageReader.Replies {
        @Override
        public boolean replied(Reply reply) {
            return true;
        }

        @Override
        public void erred(String stream, String words) {
            // counted as control
        }

        @Override
        public void numbered(long number) {
            // nothing is proven of the connection
        }

        @Override
        public void ready() {
            // nothing waits
        }

        @Override
        public void asked(Question question) {
            // nobody waits for the answer
        }

        @Override
        public String streamOfRequest(long id) {
            return id == 0 ? null : "request " + id; // as a feed calls a stream that its user requests
        }
    }
}
