package io.firstline.feed.message;

import io.firstline.config.venue.MessageFormat;
import io.firstline.feed.message.ArrivingCopy.Kind;
import io.firstline.payload.KeyReader;
import io.firstline.payload.KeyValues;
import io.firstline.payload.MessageItems;
import io.firstline.payload.Payload;
import io.firstline.payload.ReplacedValue;
import io.firstline.payload.SeededHash;
import io.firstline.payload.ValueReader;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads from each arriving copy what its venue's profile defines, in one pass, into the copy: its kind, stream, key and
 * numbers. Counts the copies. Runs on the feed's context.
 */
public final class MessageReader {
    /** Receives what a message says about its connection and its requests. */
    public interface Replies {
        /** A message may be a reply; returns whether it is the reply to a request of this connection. */
        boolean replied(Reply reply);

        /**
         * The server reports an error that is no reply.
         *
         * @param stream the stream that it names; empty = none
         * @param words the server's text; empty = none
         */
        void erred(String stream, String words);

        /** A message has this number among all messages of its connection. */
        void numbered(long number);

        /** The message arrives that requests wait for. */
        void ready();

        /** The server expects an answer. */
        void asked(Question question);

        /** Returns the ids that the server has given to the streams of this connection. */
        LearnedIds ids();

        /**
         * Returns the name in messages of the only stream of an unanswered request to subscribe; null = there is none.
         *
         * @param id of the request; 0 = the reply has none
         */
        String streamOfRequest(long id);
    }

    /** The most frames whose bytes need not be read again; see {@link KnownFrames}. */
    public static final int KNOWN_FRAMES = KnownFrames.MOST;

    /** The stream of data. Equal values name it, so it is noted for messages that differ only in others. */
    private record Named(long hash, StreamWatch stream) {}

    private final ProfileLayout layout;
    private final StreamTable streams;
    private final ProfileCheck profile;
    private final boolean listens;
    private final boolean learns;
    /** Null = the profile defines nothing to read. */
    private final KeyReader keys;
    /** Null = binary messages are not read. */
    private final ValueReader binaryKeys;
    /** Null = every copy is read. */
    private final KnownFrames known;
    /** Null = every copy is read. */
    private final SeededHash frameHashes;

    private final IdentityReader identity = new IdentityReader();
    private final ReplyReader replyReader;
    private final OwnIds ownIds = new OwnIds();
    private final ReplacedValue ownId = new ReplacedValue();
    /** Those of the connection whose message is read; null = the profile has none. */
    private LearnedIds ids;
    /** The rule that has named the stream of the message; null = nothing, or the profile has no ids. */
    private NameReader namedBy;
    /** The hash of the name of the message's stream; 0 = it has none. */
    private long nameHash;

    private final Function<KeyValues, String> nameOfStream = this::streamName;
    private final Function<String, ValuePlaces> placesOfStream;
    private long copies;
    private long reads;
    private long control;
    private long malformed;

    /** Creates a reader that reads every copy. */
    public MessageReader(MessageFormat format, StreamTable streams) {
        this(format, streams, 0);
    }

    /**
     * Creates a reader that need not read the same bytes again, if the format allows it.
     *
     * @param knownFrames the most frames to remember, a power of two; 0 = none
     */
    public MessageReader(MessageFormat format, StreamTable streams, int knownFrames) {
        this.layout = new ProfileLayout(format);
        this.streams = streams;
        this.profile = layout.profile();
        this.replyReader = new ReplyReader(layout);
        this.listens = layout.listens();
        this.learns = layout.learns();
        this.keys = layout.read.isEmpty()
                ? null
                : new KeyReader(layout.read, layout.containers, learns ? Set.of() : layout.deciding());
        this.binaryKeys =
                keys == null ? null : BinaryValues.reader(format.content().payload(), layout.read, layout.containers);
        this.placesOfStream = layout::placesOf;
        this.known = knownFrames > 0 && layout.isReadAlike() ? new KnownFrames(streams, knownFrames) : null;
        this.frameHashes = known == null ? null : new SeededHash();
    }

    /** Creates the copy to read into. */
    public ArrivingCopy newCopy(ArrivingCopy.Opener opener) {
        return new ArrivingCopy(frameHashes, layout.eventTimes, opener);
    }

    public ProfileLayout layout() {
        return layout;
    }

    /** Returns whether text messages are expected to be JSON. */
    public boolean expectsJson() {
        return keys != null;
    }

    /** The number of messages that arrived on all connections. */
    public long copies() {
        return copies;
    }

    /** The number of messages whose bytes were read, because their frame was not known; a message with items is one. */
    public long reads() {
        return reads;
    }

    /** The number of messages that are not part of the merged stream. */
    public long control() {
        return control;
    }

    /** The number of those that do not have the format of their venue's messages, such as JSON. */
    public long malformed() {
        return malformed;
    }

    /**
     * Fills in what the frame of a copy contains, if one of the same bytes was read before. Then the copy needs no
     * {@link #read}.
     *
     * @param mostBytes a frame with a longer message is not known
     * @return whether it is known
     */
    public boolean recalls(ArrivingCopy copy, int mostBytes) {
        if (known == null) {
            return false;
        }
        copy.frame(frameHashes.of(copy.payload()));
        if (!known.fill(copy, mostBytes)) {
            return false;
        }
        copies++;
        recalled(copy);
        return true;
    }

    /** Fills in an item of a known frame, which the copy holds. */
    public void recallItem(ArrivingCopy copy, MessageItems.Path items) {
        if (!known.fill(copy, Integer.MAX_VALUE)) {
            throw new IllegalStateException("an item of a known frame is not known");
        }
        copy.isAmong(items);
        recalled(copy);
    }

    /** Does what reading does for each copy. */
    private void recalled(ArrivingCopy copy) {
        copy.streamWatch().spoke(copy.arrivalNanos);
        profile.look(copy);
    }

    /** Remembers a copy that was read, for others of the same bytes. */
    public void remember(ArrivingCopy copy) {
        if (isMemorable(copy)) {
            known.keep(copy, 1);
        }
    }

    /**
     * Remembers a copy that was read and is cut into items, for others of the same bytes.
     *
     * @return the hash of its frame if the items are to be remembered too, otherwise 0
     */
    public long rememberCut(ArrivingCopy copy, int items) {
        if (!isMemorable(copy) || items > KnownFrames.MAX_ITEMS) {
            return 0;
        }
        known.keep(copy, items);
        return copy.frame;
    }

    /** Returns whether it is part of a stream: otherwise, reading may have had other effects. */
    private static boolean isMemorable(ArrivingCopy copy) {
        return copy.frame != 0 && copy.kind() == Kind.DATA && copy.streamWatch() != null;
    }

    /** Reads a copy that has just arrived. */
    public void read(ArrivingCopy copy, Replies replies) {
        read(copy, valuesIn(copy.payload()), replies);
    }

    /**
     * Reads a copy that has just arrived, if it is a text that differs from one of the last ones only in digits of its
     * values: if that was one message, so is this. Otherwise it needs {@link #readOther}.
     *
     * @return whether it was read
     */
    public boolean readsAlike(ArrivingCopy copy, Replies replies) {
        Payload text = copy.payload();
        KeyValues read = keys != null && text.isText()
                ? keys.readAlike(text.array(), text.from(), text.from() + text.length())
                : null;
        if (read == null) {
            return false;
        }
        read(copy, read, replies);
        return true;
    }

    /** Reads a copy that {@link #readsAlike} has not read. */
    public void readOther(ArrivingCopy copy, Replies replies) {
        Payload text = copy.payload();
        KeyValues read = keys != null && text.isText()
                ? keys.readOther(text.array(), text.from(), text.from() + text.length())
                : valuesIn(text);
        read(copy, read, replies);
    }

    private void read(ArrivingCopy copy, KeyValues read, Replies replies) {
        copies++;
        reads++;
        if (read != null && !layout.line.isEmpty()) {
            long number = IdentityReader.number(read, layout.line);
            if (number != OutgoingCopy.NO_NUMBER) {
                replies.numbered(number);
            }
        }
        interpret(copy, read, replies);
    }

    /** Reads a part of the copy that was read last, or a copy that had no name: it is counted already. */
    public void readAgain(ArrivingCopy copy, Replies replies) {
        interpret(copy, valuesIn(copy.payload()), replies);
    }

    /** The copy that was read last counts as this many parts. */
    public void countParts(int parts) {
        copies += parts - 1;
    }

    private void interpret(ArrivingCopy copy, KeyValues read, Replies replies) {
        if (learns) {
            ids = replies.ids();
            namedBy = null;
        }
        Kind kind = listens && isHeard(copy.payload(), read, replies)
                ? Kind.CONTROL
                : read == null ? kindOfUnread(copy.payload()) : kindOf(copy, read, replies);
        copy.is(kind);
        if (kind != Kind.DATA) {
            control += kind == Kind.UNNAMED ? 0 : 1;
            return;
        }
        copy.has(read);
        if (copy.streamWatch() != null) {
            identity.identify(copy, read, nameHash);
            copy.streamWatch().spoke(copy.arrivalNanos);
        } else if (read != null && !layout.ignore.isEmpty()) {
            identity.ignore(copy, read, layout.ignore);
        }
        if (namedBy != null && namedBy.id() >= 0) {
            replaceId(copy, read, namedBy.id());
        }
        profile.look(copy);
    }

    /** Without its id, a message may equal one of another stream. */
    private void replaceId(ArrivingCopy copy, KeyValues read, int pointer) {
        LearnedIds.Id id = ids.get(read.hash(pointer));
        copy.hash = NameHash.mixed(copy.hash, id.hash());
        if (id.own() != 0 && copy.payload().isText()) {
            copy.rewritten(ownId.of(copy.payload(), read, pointer, id.own()));
        }
    }

    private KeyValues valuesIn(Payload payload) {
        if (payload.isText()) {
            return keys == null ? null : keys.read(payload.array(), payload.from(), payload.from() + payload.length());
        }
        return binaryKeys == null
                ? null
                : binaryKeys.read(payload.array(), payload.from(), payload.from() + payload.length());
    }

    /** Returns whether the server waits for an answer, or says that it is ready. */
    private boolean isHeard(Payload payload, KeyValues read, Replies replies) {
        if (read == null && !payload.isText()) {
            return false;
        }
        for (int i = 0; i < layout.questions.size(); i++) {
            if (layout.questions.get(i).isTrue(read, payload)) {
                replies.asked(layout.question(i, read));
                return true;
            }
        }
        boolean ready = layout.ready.isTrue(read, payload);
        if (ready) {
            replies.ready();
        }
        return ready;
    }

    private Kind kindOfUnread(Payload payload) {
        if (payload.isText() && isControlText(payload)) {
            return Kind.CONTROL;
        }
        malformed += (payload.isText() ? keys : binaryKeys) == null ? 0 : 1;
        return Kind.DATA;
    }

    private Kind kindOf(ArrivingCopy copy, KeyValues read, Replies replies) {
        boolean isNoted = !learns && copy.payload().isText() && layout.controlTexts.isEmpty();
        if (isNoted && keys.note() instanceof Named named) {
            nameHash = named.hash;
            copy.in(named.stream);
            return Kind.DATA;
        }
        Kind kind = kindOfUnknown(copy, read, replies);
        if (isNoted && kind == Kind.DATA && copy.streamWatch() != null) {
            keys.note(new Named(nameHash, copy.streamWatch()));
        }
        return kind;
    }

    private Kind kindOfUnknown(ArrivingCopy copy, KeyValues read, Replies replies) {
        if (FieldMatch.anyIsTrue(layout.shutdown, read)) {
            return Kind.SHUTDOWN;
        }
        boolean tellsId = !layout.ids.isEmpty() && learns(read, replies);
        boolean isError = FieldMatch.anyIsTrue(layout.errors, read);
        boolean isControl =
                tellsId || isError || FieldMatch.anyIsTrue(layout.control, read) || isControlText(copy.payload());
        StreamWatch stream = isControl ? null : stream(read, copy.arrivalNanos);
        copy.in(stream);
        if (stream == null) {
            boolean isReply = replyReader.isReply(copy.payload(), read, isControl, isError, ids, replies);
            if (isError && !isReply) {
                replies.erred(streamName(read), replyReader.words(read));
            }
            return isReply || isControl ? Kind.CONTROL : isUnnamed(read) ? Kind.UNNAMED : Kind.DATA;
        }
        return stream.announcesShutdown ? Kind.SHUTDOWN : Kind.DATA;
    }

    /** Returns whether the server gives an id to a stream, which is learned. */
    private boolean learns(KeyValues read, Replies replies) {
        for (int i = 0; i < layout.ids.size(); i++) {
            IdReader rule = layout.ids.get(i);
            if (rule.isTrue(read)) {
                String stream = rule.isOfRequest()
                        ? streamOfRequest(rule, read, replies)
                        : rule.stream(read, layout.separator(), layout::named);
                boolean isId = stream != null && LearnedIds.isId(read.json(rule.id()));
                if (isId || !rule.isOfRequest()) { // other replies than those to subscriptions tell no id
                    ids.learn(read, rule.id(), stream, rule.rewrites() && stream != null ? ownIds.of(stream) : 0);
                }
                return true;
            }
        }
        return false;
    }

    /** Returns the stream of the request that a message answers; a request of the user has its name in the message. */
    private String streamOfRequest(IdReader rule, KeyValues read, Replies replies) {
        long id = replyReader.replyTo(read);
        String stream = replies.streamOfRequest(id);
        String told = ("request " + id).equals(stream) ? rule.stream(read, layout.separator(), layout::named) : null;
        return told == null ? stream : told;
    }

    /** Returns whether a message without a name has an id that is not known. */
    private boolean isUnnamed(KeyValues read) {
        for (int i = 0; learns && namedBy == null && i < layout.naming.size(); i++) {
            if (layout.naming.get(i).hasId(read)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the stream that the message names; null if it has no valid name or there are too many streams. */
    private StreamWatch stream(KeyValues read, long nowNanos) {
        nameHash = streamHash(read);
        if (nameHash == 0) {
            return null;
        }
        StreamWatch known = streams.get(nameHash);
        return known != null ? known : streams.add(nameHash, read, nameOfStream, placesOfStream, nowNanos);
    }

    /** Returns the values of the profile that are in no message. */
    public List<ProfileCheck.Missing> missing(long nowNanos) {
        return profile.missing(nowNanos);
    }

    /** Returns the values of the profile that were found after messages without them. */
    public List<ProfileCheck.Wanted> foundLate() {
        return profile.foundLate();
    }

    /** Returns whether a message equals one of the configured control texts. */
    private boolean isControlText(Payload payload) {
        return MessageMatch.isOneOf(layout.controlTexts, payload);
    }

    /** Returns a hash of the message's stream name; 0 = it has none. */
    private long streamHash(KeyValues read) {
        for (int i = 0; i < layout.naming.size(); i++) {
            long hash = layout.naming.get(i).hash(read, ids);
            if (hash != 0) {
                if (learns) {
                    namedBy = layout.naming.get(i);
                }
                return hash;
            }
        }
        return 0;
    }

    /** Returns the stream's name; empty = it has none, or it is too long. Allocates. */
    private String streamName(KeyValues read) {
        for (NameReader rule : layout.naming) {
            if (rule.hash(read, ids) != 0) {
                return rule.length(read) <= StreamTable.MAX_NAME
                        ? rule.name(read, ids, layout.separator(), layout::named)
                        : "";
            }
        }
        return "";
    }
}
