package io.firstline.feed.message;

import io.firstline.config.venue.FieldMatcher;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.NameRule;
import io.firstline.config.venue.PayloadEncoding;
import io.firstline.config.venue.StreamClass;
import io.firstline.feed.clock.EventTimeReader;
import io.firstline.feed.report.FeedFact.ProfileValue;
import io.firstline.payload.KeyValues;
import io.firstline.payload.MessageItems;
import io.firstline.payload.Payload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which values a venue's profile wants of each message, and at which index each of them is read. Immutable. */
public final class ProfileLayout {
    private final MessageFormat format;
    /** All pointers, without repetition. */
    public final List<String> read;
    /** The first rule that names a message's stream applies. */
    final List<NameReader> naming = new ArrayList<>();

    /** How the server tells ids of streams; empty = messages have names. */
    final List<IdReader> ids;

    /** -1 = replies have no id. */
    final int ackPointer;

    public final List<FieldMatch> control;
    final List<byte[]> controlTexts;
    public final List<FieldMatch> refusal;
    public final List<FieldMatch> shutdown;
    public final List<FieldMatch> errors;
    final List<Integer> errorText;
    /** For messages without a stream. */
    final List<Integer> ignore;
    /** The number of a message on its connection. */
    final List<Integer> line;
    /** The pointers at which an object or array counts. */
    final Set<String> containers = new HashSet<>();

    /** The words of a stream in a reply. */
    final List<Integer> ackStream;
    /** Those of them that are ids of a stream. */
    final List<Integer> ackIds;

    /** Null = messages have no event time, or it takes further values. */
    final EventTimeReader eventTimes;

    final MessageMatch ready;
    final List<MessageMatch> questions;
    private final Map<StreamClass, ValuePlaces> places = new HashMap<>();

    public ProfileLayout(MessageFormat format) {
        this.format = format;
        List<String> pointers = new ArrayList<>();
        for (NameRule rule : format.naming().rules()) {
            rule.when().stream().filter(FieldMatcher::isAny).forEach(sign -> containers.add(sign.at()));
            naming.add(new NameReader(rule, signs(rule.when(), pointers), pointer -> placed(pointer, pointers)));
        }
        ids = format.naming().ids().stream()
                .map(rule -> new IdReader(rule, signs(rule.when(), pointers), pointer -> placed(pointer, pointers)))
                .toList();
        ackPointer = format.acks().id().isEmpty() ? -1 : placed(format.acks().id(), pointers);
        control = signs(format.control().fields(), pointers);
        controlTexts = format.control().texts().stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        // JSON-RPC has an object there
        Stream.concat(format.acks().refusal().stream(), format.notices().errors().stream())
                .filter(FieldMatcher::isAny)
                .forEach(sign -> containers.add(sign.at()));
        format.classes().stream()
                .flatMap(type -> type.snapshot().stream())
                .filter(FieldMatcher::isAny)
                .forEach(sign -> containers.add(sign.at()));
        refusal = signs(format.acks().refusal(), pointers);
        shutdown = signs(format.notices().shutdown(), pointers);
        errors = signs(format.notices().errors(), pointers);
        errorText = placed(format.notices().errorText(), pointers);
        // the id of a stream differs between connections
        ignore = placed(
                Stream.concat(format.content().ignore().stream(), format.naming().idPointers().stream())
                        .distinct()
                        .toList(),
                pointers);
        containers.addAll(format.content().ignore());
        line = placed(format.content().line(), pointers);
        List<String> ofAck = format.acks().stream();
        ackStream =
                placed(ofAck.stream().filter(part -> !NameRule.isLearned(part)).toList(), pointers);
        ackIds = placed(
                ofAck.stream()
                        .filter(NameRule::isLearned)
                        .map(NameRule::pointer)
                        .toList(),
                pointers);
        ready = new MessageMatch(format.protocol().opening().ready(), pointers);
        questions = format.protocol().answers().stream()
                .map(answer -> new MessageMatch(answer.when(), pointers))
                .toList();
        format.protocol().answers().forEach(answer -> placed(answer.pointers(), pointers));
        Stream.concat(format.classes().stream(), Stream.of(StreamClass.UNKNOWN))
                .forEach(type -> places.put(
                        type,
                        new ValuePlaces(
                                format.classes().indexOf(type) + 1,
                                type,
                                container(type.key(), pointers),
                                Stream.concat(ignore.stream(), container(type.ignore(), pointers).stream())
                                        .distinct()
                                        .toList(),
                                type.items() == null ? null : MessageItems.Path.of(type.items()),
                                placed(type.sequence().last(), pointers),
                                placed(type.sequence().first(), pointers),
                                placed(type.sequence().previous(), pointers),
                                signs(type.sequence().reset(), pointers),
                                signs(type.snapshot(), pointers))));
        List<String> times = format.times().event().at();
        eventTimes = !times.isEmpty() && pointers.containsAll(times)
                ? new EventTimeReader(format.times().event(), placed(times, pointers))
                : null;
        read = List.copyOf(pointers);
    }

    private static List<FieldMatch> signs(List<FieldMatcher> signs, List<String> pointers) {
        return signs.stream()
                .map(sign -> new FieldMatch(sign, placed(sign.at(), pointers)))
                .toList();
    }

    private static List<Integer> placed(List<String> wanted, List<String> pointers) {
        return wanted.stream().map(pointer -> placed(pointer, pointers)).toList();
    }

    private List<Integer> container(List<String> wanted, List<String> pointers) {
        containers.addAll(wanted);
        return placed(wanted, pointers);
    }

    static int placed(String pointer, List<String> pointers) {
        if (!pointers.contains(pointer)) {
            pointers.add(pointer);
        }
        return pointers.indexOf(pointer);
    }

    /** Returns the pointers whose values decide the kind of a message and its stream. */
    Set<String> deciding() {
        IntStream kinds =
                Stream.of(shutdown, errors, control).flatMap(List::stream).mapToInt(FieldMatch::pointer);
        return IntStream.concat(kinds, naming.stream().flatMapToInt(NameReader::deciding))
                .mapToObj(read::get)
                .collect(Collectors.toSet());
    }

    /** Returns whether messages name streams by ids that the server of their connection tells. */
    public boolean learns() {
        return !ids.isEmpty();
    }

    /** Returns whether equal bytes with a stream mean the same on each connection, and name streams. */
    boolean isReadAlike() {
        return knowsStreams() && !learns() && line.isEmpty();
    }

    /** Returns whether some messages are answered or waited for. */
    boolean listens() {
        return !questions.isEmpty() || !format.protocol().opening().ready().isNone();
    }

    /** Returns whether replies name streams, so that they need no id. */
    boolean namesRepliesByStream() {
        return format.acks().nameStreams();
    }

    /** Returns what cuts binary messages into their items; null = they are not cut. */
    public MessageItems binaryItems() {
        return BinaryValues.items(format.content().payload());
    }

    /** Returns what binary messages are. */
    PayloadEncoding payload() {
        return format.content().payload();
    }

    Reply reply(long id, String refusal, List<String> words, Payload payload) {
        return new Reply(id, refusal, words, format.acks(), payload);
    }

    /** Returns a message that has the signs of a question. */
    Question question(int number, KeyValues read) {
        return new Question(format.protocol().answers().get(number), this.read, read);
    }

    /** Creates the check that reports pointers of the profile that match no message. */
    public ProfileCheck profile() {
        ProfileCheck profile = new ProfileCheck();
        profile.want(ProfileValue.STREAM, 0, knowsStreams());
        for (int number = 1; number <= classes(); number++) {
            StreamClass type = format.classes().get(number - 1);
            profile.want(ProfileValue.KEY, number, !type.key().isEmpty());
            profile.want(ProfileValue.SEQUENCE, number, !type.sequence().last().isEmpty());
        }
        return profile;
    }

    /** Returns the pointers of the profile for one kind of value. */
    public List<String> pointers(ProfileValue what, int number) {
        return switch (what) {
            case STREAM -> format.naming().namePointers();
            case KEY -> format.classes().get(number - 1).key();
            case SEQUENCE -> format.classes().get(number - 1).sequence().last();
        };
    }

    /** Returns the number of stream classes. */
    public int classes() {
        return format.classes().size();
    }

    /** Returns the name of a class by its number; empty for 0. */
    public String className(int number) {
        return number == 0 ? "" : format.classes().get(number - 1).name();
    }

    /** Returns the indexes of the values of a stream with this name. */
    ValuePlaces placesOf(String streamName) {
        return places.get(format.classOf(streamName));
    }

    /** Returns whether messages name the stream they belong to. */
    public boolean knowsStreams() {
        return !naming.isEmpty();
    }

    /** Returns what separates the values in the name of a stream. */
    String separator() {
        return format.naming().separator();
    }

    /** Returns the profile's name for a value of a stream name. */
    public String named(String value) {
        return format.naming().names().getOrDefault(value, value);
    }
}
