package io.firstline.pool;

import io.firstline.config.Dialect;
import io.firstline.config.Sign;
import io.firstline.config.StreamClass;
import io.firstline.config.StreamClass.Link;
import io.firstline.payload.KeyReader;
import io.firstline.payload.Payload;
import io.firstline.pool.ProfileCheck.What;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Stream;

/** Reads of each message what its venue's dialect lets us see. Holds the last one read; belongs to the feed's context. */
final class MessageReader {
    static final long NO_NUMBER = Long.MIN_VALUE;

    private final KeyReader keys;
    private final int streamPointers;
    private final int ackPointer;
    private final List<SignAt> control;
    private final List<byte[]> controlTexts;
    private final List<SignAt> refusal;
    private final List<SignAt> shutdown;
    private final List<SignAt> errors;
    private final List<Integer> errorText;
    private final Dialect dialect;
    private final Map<StreamClass, Places> places = new HashMap<>();

    /**
     * Where the values of a class of streams stand among the pointers.
     *
     * @param number of the class, from 1; 0 = the streams of which nothing is known
     */
    record Places(
            int number,
            StreamClass type,
            List<Integer> key,
            List<Integer> last,
            List<Integer> first,
            List<Integer> previous,
            List<SignAt> reset) {
        boolean isNumbered() {
            return !last.isEmpty();
        }
    }

    MessageReader(Dialect dialect) {
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

    private static List<SignAt> signs(List<Sign> signs, List<String> pointers) {
        return signs.stream()
                .map(sign -> new SignAt(sign, placed(sign.at(), pointers)))
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

    /** Watches whether what the dialect points to is there. */
    ProfileCheck profile() {
        ProfileCheck profile = new ProfileCheck();
        profile.want(What.STREAM, 0, knowsStreams());
        for (int number = 1; number <= classes(); number++) {
            StreamClass type = dialect.classes().get(number - 1);
            profile.want(What.KEY, number, !type.key().isEmpty());
            profile.want(What.SEQUENCE, number, !type.sequence().last().isEmpty());
        }
        return profile;
    }

    /** The pointers of the dialect that lead to something. */
    List<String> pointers(What what, int number) {
        return switch (what) {
            case STREAM -> dialect.stream();
            case KEY -> dialect.classes().get(number - 1).key();
            case SEQUENCE -> dialect.classes().get(number - 1).sequence().last();
        };
    }

    /** How many classes of streams there are. */
    int classes() {
        return dialect.classes().size();
    }

    /** The name of a class by its number; empty = of what has no class. */
    String className(int number) {
        return number == 0 ? "" : dialect.classes().get(number - 1).name();
    }

    /** Where the values of a stream of this name stand. */
    Places placesOf(String streamName) {
        return places.get(dialect.classOf(streamName));
    }

    /** Stands for the message among those of all streams; 0 = it has no key, only its bytes tell it from others. */
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

    /** The last number that the message stands for; {@link #NO_NUMBER} if it has none. */
    long lastNumber(Places at) {
        return number(at.last());
    }

    /** The first number that it stands for, or one more than that of the message before it, as far as it says so. */
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

    /** Whether the venue counts anew from this message on. */
    boolean restarts(Places at, long first, long last) {
        return anyIsTrue(at.reset())
                || (at.type().sequence().link() == Link.PREVIOUS && first != NO_NUMBER && first > last + 1);
    }

    private boolean anyIsTrue(List<SignAt> signs) {
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

    /** Whether messages tell which stream they belong to. */
    boolean knowsStreams() {
        return streamPointers > 0;
    }

    /** Whether text messages are expected to be JSON. */
    boolean expectsJson() {
        return keys != null;
    }

    /** Reads a text message; false if it is not JSON, as far as that was looked at, or there is nothing to look for. */
    boolean read(Payload payload) {
        return keys != null && keys.read(payload.array(), payload.from(), payload.from() + payload.length());
    }

    /** Whether the message read is a control message. */
    boolean isControl() {
        return anyIsTrue(control);
    }

    /** Whether the message read says that the server is about to close the connection. */
    boolean announcesShutdown() {
        return anyIsTrue(shutdown);
    }

    /** Whether the message read reports an error. */
    boolean isError() {
        return anyIsTrue(errors);
    }

    /** Whether a message is nothing but one of the texts that are control messages. */
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

    /** Stands for the stream of the message; 0 = it has none. */
    long stream() {
        long stream = 0;
        for (int i = 0; i < streamPointers; i++) {
            if (keys.isPresent(i)) {
                stream = mixed(stream, keys.hash(i));
            }
        }
        return stream;
    }

    /** How long its name is as the message writes it, in bytes. */
    int streamNameLength() {
        int length = 0;
        for (int i = 0; i < streamPointers; i++) {
            length += keys.length(i);
        }
        return length;
    }

    /** The stream's name: the values at its pointers, as the dialect calls them. Allocates. */
    String streamName() {
        StringJoiner name = new StringJoiner(dialect.separator());
        for (int i = 0; i < streamPointers; i++) {
            if (keys.isPresent(i)) {
                name.add(dialect.names().getOrDefault(keys.text(i), keys.text(i)));
            }
        }
        return name.toString();
    }

    /** The id of the request that the message replies to; 0 = it is no reply. */
    long replyTo() {
        return ackPointer >= 0 && keys.isLong(ackPointer) ? keys.asLong(ackPointer) : 0;
    }

    /** What is said against the request that the message replies to, in the server's words if it has any; null = nothing. */
    String refusal() {
        for (SignAt sign : refusal) {
            if (sign.isTrue(keys)) {
                String words = words();
                return words.isEmpty() ? keys.text(sign.pointer()) : words;
            }
        }
        return null;
    }

    /** The server's words in an error or a refusal; empty = none that are known. Not bounded: they are the server's. */
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
