package io.firstline.config;

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
 */
public record StreamClass(String name, Pattern match, List<String> key, Sequence sequence) {
    /** Streams of which nothing is known. */
    public static final StreamClass UNKNOWN = new StreamClass("unknown", ".*", List.of(), Sequence.NONE);

    public StreamClass {
        key = key == null ? List.of() : List.copyOf(key);
        sequence = sequence == null ? Sequence.NONE : sequence;
        Checks checks = new Checks().require(name != null && !name.isBlank(), "name", name, "a name that is not blank");
        Dialect.checkPointers(checks, "key", key);
        checks.require(match != null, "match", "nothing", "a regular expression")
                .throwIfAny("stream class");
    }

    /**
     * Compiles the expression.
     *
     * @throws InvalidConfigException if it is none, or another field is wrong
     */
    public StreamClass(String name, String match, List<String> key, Sequence sequence) {
        this(name, compiled(match), key, sequence);
    }

    private static Pattern compiled(String match) {
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

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamClass that
                && name.equals(that.name)
                && match.pattern().equals(that.match.pattern()) // a Pattern has no equality of its own
                && key.equals(that.key)
                && sequence.equals(that.sequence);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
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
     * @param previous with {@link Link#PREVIOUS}, pointers to the number of the message before it
     */
    public record Sequence(Link link, List<String> last, List<String> first, List<String> previous) {
        public static final Sequence NONE = new Sequence(Link.NONE, List.of(), List.of(), List.of());

        public Sequence {
            last = last == null ? List.of() : List.copyOf(last);
            first = first == null ? List.of() : List.copyOf(first);
            previous = previous == null ? List.of() : List.copyOf(previous);
            Checks checks = new Checks();
            Dialect.checkPointers(checks, "last", last);
            Dialect.checkPointers(checks, "first", first);
            Dialect.checkPointers(checks, "previous", previous);
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
                    .throwIfAny("sequence");
        }
    }
}
