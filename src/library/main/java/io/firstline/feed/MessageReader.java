package io.firstline.feed;

import io.firstline.config.FieldMatcher;
import io.firstline.config.MessageFormat;
import io.firstline.config.StreamClass;
import io.firstline.config.StreamClass.Link;
import io.firstline.feed.FeedFact.ProfileValue;
import io.firstline.payload.KeyReader;
import io.firstline.payload.Payload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * Reads from each message what its venue's profile defines. Holds the last message read; runs on the feed's context.
 */
final class MessageReader {
    static final long NO_NUMBER = Long.MIN_VALUE;

    private final KeyReader keys;
    private final int streamPointers;
    private final int ackPointer;
    private final List<FieldMatch> control;
    private final List<byte[]> controlTexts;
    private final List<FieldMatch> refusal;
    private final List<FieldMatch> shutdown;
    private final List<FieldMatch> errors;
    private final List<Integer> errorText;
    private final MessageFormat dialect;
    private final Map<StreamClass, Places> places = new HashMap<>();

    /**
     * The indexes of a stream class's values among the pointers.
     *
     * @param number of the class, from 1; 0 = streams without a class
     */
    record Places(
            int number,
            StreamClass type,
            List<Integer> key,
            List<Integer> last,
            List<Integer> first,
            List<Integer> previous,
            List<FieldMatch> reset) {
        boolean isNumbered() {
            return !last.isEmpty();
        }
    }

    MessageReader(MessageFormat dialect) {
        this.dialect = dialect;
        List<String> pointers = new ArrayList<>(dialect.stream());
        streamPointers = pointers.size();
        ackPointer = dialect.ackId().isEmpty() ? -1 : placed(dialect.ackId(), pointers);
        control = signs(dialect.control(), pointers);
        controlTexts = dialect.controlTexts().stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        refusal = signs(dialect.refusal(), pointers);
        shutdown = signs(dialect.notices().shutdown(), pointers);
        errors = signs(dialect.notices().errors(), pointers);
        errorText = placed(dialect.notices().errorText(), pointers);
        Stream.concat(dialect.classes().stream(), Stream.of(StreamClass.UNKNOWN))
                .forEach(type -> places.put(
                        type,
                        new Places(
                                dialect.classes().indexOf(type) + 1,
                                type,
                                placed(type.key(), pointers),
                                placed(type.sequence().last(), pointers),
                                placed(type.sequence().first(), pointers),
                                placed(type.sequence().previous(), pointers),
                                signs(type.sequence().reset(), pointers))));
        keys = pointers.isEmpty() ? null : new KeyReader(pointers);
    }

    private static List<FieldMatch> signs(List<FieldMatcher> signs, List<String> pointers) {
        return signs.stream()
                .map(sign -> new FieldMatch(sign, placed(sign.at(), pointers)))
                .toList();
    }

    private static List<Integer> placed(List<String> wanted, List<String> pointers) {
        return wanted.stream().map(pointer -> placed(pointer, pointers)).toList();
    }

    private static int placed(String pointer, List<String> pointers) {
        if (!pointers.contains(pointer)) {
            pointers.add(pointer);
        }
        return pointers.indexOf(pointer);
    }

    /** Creates the check that reports pointers of the profile that match no message. */
    ProfileCheck profile() {
        ProfileCheck profile = new ProfileCheck();
        profile.want(ProfileValue.STREAM, 0, knowsStreams());
        for (int number = 1; number <= classes(); number++) {
            StreamClass type = dialect.classes().get(number - 1);
            profile.want(ProfileValue.KEY, number, !type.key().isEmpty());
            profile.want(ProfileValue.SEQUENCE, number, !type.sequence().last().isEmpty());
        }
        return profile;
    }

    /** Returns the pointers of the profile for one kind of value. */
    List<String> pointers(ProfileValue what, int number) {
        return switch (what) {
            case STREAM -> dialect.stream();
            case KEY -> dialect.classes().get(number - 1).key();
            case SEQUENCE -> dialect.classes().get(number - 1).sequence().last();
        };
    }

    /** Returns the number of stream classes. */
    int classes() {
        return dialect.classes().size();
    }

    /** Returns the name of a class by its number; empty for 0. */
    String className(int number) {
        return number == 0 ? "" : dialect.classes().get(number - 1).name();
    }

    /** Returns the indexes of the values of a stream with this name. */
    Places placesOf(String streamName) {
        return places.get(dialect.classOf(streamName));
    }

    /**
     * Returns a hash that identifies the message among those of all streams; 0 = it has no key, only its bytes
     * identify it.
     */
    long identity(Places at) {
        long identity = 0;
        for (int i = 0; i < at.key().size(); i++) {
            int pointer = at.key().get(i);
            if (keys.isPresent(pointer)) {
                identity = mixed(identity, keys.hash(pointer));
            }
        }
        return identity == 0 ? 0 : mixed(identity, stream());
    }

    /** Returns the last number that the message covers; {@link #NO_NUMBER} if it has none. */
    long lastNumber(Places at) {
        return number(at.last());
    }

    /**
     * Returns the first number that it covers, or the number of the message before it plus one, if it contains
     * either.
     */
    long firstNumber(Places at, long last) {
        switch (at.type().sequence().link()) {
            case PLUS_ONE -> {
                long first = number(at.first());
                return first == NO_NUMBER ? last : first;
            }
            case PREVIOUS -> {
                long previous = number(at.previous());
                return previous == NO_NUMBER ? NO_NUMBER : previous + 1; // without its link it proves nothing
            }
            default -> {
                return NO_NUMBER;
            }
        }
    }

    /** Returns whether the venue restarts its numbering with this message. */
    boolean restarts(Places at, long first, long last) {
        return anyIsTrue(at.reset())
                || (at.type().sequence().link() == Link.PREVIOUS && first != NO_NUMBER && first > last + 1);
    }

    private boolean anyIsTrue(List<FieldMatch> signs) {
        for (int i = 0; i < signs.size(); i++) {
            if (signs.get(i).isTrue(keys)) {
                return true;
            }
        }
        return false;
    }

    private long number(List<Integer> pointers) {
        for (int i = 0; i < pointers.size(); i++) {
            if (keys.isLong(pointers.get(i))) {
                return keys.asLong(pointers.get(i));
            }
        }
        return NO_NUMBER;
    }

    private static long mixed(long sum, long hash) {
        return (Long.rotateLeft(sum, 23) ^ hash) * 0x9E3779B97F4A7C15L;
    }

    /** Returns whether messages name the stream they belong to. */
    boolean knowsStreams() {
        return streamPointers > 0;
    }

    /** Returns whether text messages are expected to be JSON. */
    boolean expectsJson() {
        return keys != null;
    }

    /** Reads a text message; returns false if the part that was read is not JSON, or if no pointer is defined. */
    boolean read(Payload payload) {
        return keys != null && keys.read(payload.array(), payload.from(), payload.from() + payload.length());
    }

    /** Returns whether the last message read is a control message. */
    boolean isControl() {
        return anyIsTrue(control);
    }

    /** Returns whether the last message read announces that the server closes the connection. */
    boolean announcesShutdown() {
        return anyIsTrue(shutdown);
    }

    /** Returns whether the last message read reports an error. */
    boolean isError() {
        return anyIsTrue(errors);
    }

    /** Returns whether a message equals one of the configured control texts. */
    boolean isControlText(Payload payload) {
        for (int i = 0; i < controlTexts.size(); i++) {
            byte[] text = controlTexts.get(i);
            if (Arrays.equals(
                    text, 0, text.length, payload.array(), payload.from(), payload.from() + payload.length())) {
                return true;
            }
        }
        return false;
    }

    /** Returns a hash of the message's stream name; 0 = it has none. */
    long stream() {
        long stream = 0;
        for (int i = 0; i < streamPointers; i++) {
            if (keys.isPresent(i)) {
                stream = mixed(stream, keys.hash(i));
            }
        }
        return stream;
    }

    /** Returns the length of the stream name in the message, in bytes. */
    int streamNameLength() {
        int length = 0;
        for (int i = 0; i < streamPointers; i++) {
            length += keys.length(i);
        }
        return length;
    }

    /** Returns the stream's name: the values at its pointers, with the profile's names for them. Allocates. */
    String streamName() {
        StringJoiner name = new StringJoiner(dialect.separator());
        for (int i = 0; i < streamPointers; i++) {
            if (keys.isPresent(i)) {
                name.add(dialect.names().getOrDefault(keys.text(i), keys.text(i)));
            }
        }
        return name.toString();
    }

    /** Returns the id of the request that the message replies to; 0 = it is no reply. */
    long replyTo() {
        return ackPointer >= 0 && keys.isLong(ackPointer) ? keys.asLong(ackPointer) : 0;
    }

    /** Returns the error in a reply, in the server's words if it has any; null = the request was accepted. */
    String refusal() {
        for (FieldMatch sign : refusal) {
            if (sign.isTrue(keys)) {
                String words = words();
                return words.isEmpty() ? keys.text(sign.pointer()) : words;
            }
        }
        return null;
    }

    /** Returns the server's text of an error or a refusal; empty = none. Not bounded. */
    String words() {
        StringJoiner words = new StringJoiner(": ");
        for (int pointer : errorText) {
            if (keys.isPresent(pointer) && !keys.text(pointer).isEmpty()) {
                words.add(keys.text(pointer));
            }
        }
        return words.toString();
    }
}
