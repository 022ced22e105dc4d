package io.firstline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What the streams of one kind have in common at a venue: trades, say, or order books. Immutable; checked when it is made.
 *
 * @param name for people
 * @param match a regular expression that is found in the names of its streams
 * @param key JSON pointers whose values together say which message of its stream a copy is of; those that a message lacks are passed
 *     over; empty = only its bytes say that
 * @param sequence how its messages prove that none is missing
 * @param mode which messages are passed on, and in which order
 * @param holdMs with {@link Mode#ORDERED}, how long messages wait for one that is missing before them, milliseconds, default 50
 * @param holdMessages with {@link Mode#ORDERED}, how many of them wait at most, default 1,000
 */
public record StreamClass(
        String name, Pattern match, List<String> key, Sequence sequence, Mode mode, int holdMs, int holdMessages) {
    public static final int DEFAULT_HOLD_MS = 50;
    public static final int DEFAULT_HOLD_MESSAGES = 1_000;
    /** Streams of which nothing is known. */
    public static final StreamClass UNKNOWN = new StreamClass("unknown", ".*", List.of(), Sequence.NONE);

    public StreamClass {
        key = key == null ? List.of() : List.copyOf(key);
        sequence = sequence == null ? Sequence.NONE : sequence;
        mode = mode == null ? Mode.FIRST : mode;
        Checks checks = new Checks().require(name != null && !name.isBlank(), "name", name, "a name that is not blank");
        Dialect.checkPointers(checks, "key", key);
        checks.require(match != null, "match", "nothing", "a regular expression")
                .require(
                        mode != Mode.LATEST || sequence.link() != Link.NONE,
                        "mode",
                        "latest, but no sequence",
                        "\"latest\" with a \"sequence\": without numbers nobody can say which message is older")
                .require(
                        mode != Mode.ORDERED || sequence.link() == Link.PLUS_ONE || sequence.link() == Link.PREVIOUS,
                        "mode",
                        "ordered, but no chain",
                        "\"ordered\" with a \"sequence\" whose link is plus-one or previous")
                .range("holdMs", holdMs, 1, 60_000)
                .range("holdMessages", holdMessages, 1, 100_000)
                .throwIfAny("stream class");
    }

    /** A class whose messages are passed on as they come first. */
    public StreamClass(String name, String match, List<String> key, Sequence sequence) {
        this(name, match, key, sequence, Mode.FIRST, DEFAULT_HOLD_MS, DEFAULT_HOLD_MESSAGES);
    }

    /**
     * Compiles the expression.
     *
     * @throws InvalidConfigException if it is none, or another field is wrong
     */
    public StreamClass(
            String name, String match, List<String> key, Sequence sequence, Mode mode, int holdMs, int holdMessages) {
        this(name, compiled(match), key, sequence, mode, holdMs, holdMessages);
    }

    static Pattern compiled(String match) {
        try {
            return Pattern.compile(match);
        } catch (PatternSyntaxException e) {
            throw new InvalidConfigException(
                    "stream class",
                    List.of(new Problem(
                            "/match", Wording.quoted(match), "a regular expression: " + e.getDescription())));
        }
    }

    /** Whether a stream of this name is of this class. */
    public boolean has(String stream) {
        return match.matcher(stream).find();
    }

    /** Everything that is read of its messages. */
    List<String> pointers() {
        List<String> pointers = new ArrayList<>(key);
        pointers.addAll(sequence.last());
        pointers.addAll(sequence.first());
        pointers.addAll(sequence.previous());
        sequence.reset().forEach(sign -> pointers.add(sign.at()));
        return pointers;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamClass that
                && name.equals(that.name)
                && match.pattern().equals(that.match.pattern()) // a Pattern has no equality of its own
                && key.equals(that.key)
                && sequence.equals(that.sequence)
                && mode == that.mode
                && holdMs == that.holdMs
                && holdMessages == that.holdMessages;
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** Which messages of a stream are passed on, and in which order. */
    public enum Mode {
        /** Every message, as its first copy comes. What comes after younger ones is marked as late. */
        FIRST,
        /** For what describes a state: what is older than what was passed on is dropped. */
        LATEST,
        /** For what describes changes: what comes too early waits for the messages before it, for a while. */
        ORDERED
    }

    /** How a message is linked to the one before it. */
    public enum Link {
        /** Not at all. */
        NONE,
        /** Its number is greater, by how much says nothing: that proves order, not completeness. */
        INCREASING,
        /** Its first number is one more than the last number of the one before. */
        PLUS_ONE,
        /** It names the last number of the one before. */
        PREVIOUS
    }

    /**
     * The numbers that a message carries.
     *
     * @param link what they prove
     * @param last JSON pointers to its number, or to the last of several that it stands for; the first that is there counts
     * @param first with {@link Link#PLUS_ONE}, pointers to the first of them; empty = it has one number only
     * @param previous with {@link Link#PREVIOUS}, pointers to the number of the message before it; one whose own number is below that
     *     restarts the chain
     * @param reset a message of which one of these is true restarts the chain: its venue counts anew from there, unless the number is
     *     older than what another connection has brought
     */
    public record Sequence(Link link, List<String> last, List<String> first, List<String> previous, List<Sign> reset) {
        public static final Sequence NONE = new Sequence(Link.NONE, List.of(), List.of(), List.of());

        /** A sequence that never restarts, unless a message's number is below that of the one before it. */
        public Sequence(Link link, List<String> last, List<String> first, List<String> previous) {
            this(link, last, first, previous, List.of());
        }

        public Sequence {
            last = last == null ? List.of() : List.copyOf(last);
            first = first == null ? List.of() : List.copyOf(first);
            previous = previous == null ? List.of() : List.copyOf(previous);
            reset = reset == null ? List.of() : List.copyOf(reset);
            Checks checks = new Checks();
            Dialect.checkPointers(checks, "last", last);
            Dialect.checkPointers(checks, "first", first);
            Dialect.checkPointers(checks, "previous", previous);
            Dialect.checkPointers(checks, "reset", reset.stream().map(Sign::at).toList());
            checks.require(
                            (link == Link.NONE) == last.isEmpty(),
                            "last",
                            last.isEmpty() ? "nothing" : "pointers, but no link",
                            "pointers to a message's number wherever there is a link")
                    .require(
                            first.isEmpty() || link == Link.PLUS_ONE,
                            "first",
                            "pointers",
                            "\"first\" only with the link \"plus-one\"")
                    .require(
                            (link == Link.PREVIOUS) == !previous.isEmpty(),
                            "previous",
                            previous.isEmpty() ? "nothing" : "pointers",
                            "\"previous\" with the link \"previous\", and only there")
                    .require(
                            reset.isEmpty() || link != Link.NONE,
                            "reset",
                            "signs of a restart, but no link",
                            "\"reset\" together with a link")
                    .throwIfAny("sequence");
        }
    }
}
