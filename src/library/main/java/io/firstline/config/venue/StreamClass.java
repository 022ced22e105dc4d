package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The common properties of one kind of stream at a venue, such as trades or order books. Immutable; checked in the
 * constructor.
 *
 * @param name for people
 * @param match a regular expression found in the names of its streams
 * @param key JSON pointers whose values together identify a message within its stream, objects and arrays by their bytes;
 *     missing values are skipped; empty = its bytes are its identity
 * @param ignore JSON pointers to further values that may differ between the copies of a message
 * @param items JSON pointer to an array whose elements are compared one by one: a message with several is taken as
 *     several messages with one element each; empty = the whole message is the array; null = messages are not cut
 * @param sequence the numbers that prove that no message is missing
 * @param snapshot signs of the message with which the venue answers a subscription, such as a whole order book: the
 *     messages after it change it; empty = there is none
 * @param mode the messages to publish, and their order
 * @param holdMs with {@link Mode#ORDERED}, the longest time that messages wait for a missing one, milliseconds, default
 *     50
 * @param holdMessages with {@link Mode#ORDERED}, the most messages that wait, default 1,000
 */
public record StreamClass(
        String name,
        Pattern match,
        List<String> key,
        List<String> ignore,
        String items,
        Sequence sequence,
        List<FieldMatcher> snapshot,
        Mode mode,
        int holdMs,
        int holdMessages) {
    public static final int DEFAULT_HOLD_MS = 50;
    public static final int DEFAULT_HOLD_MESSAGES = 1_000;
    /** For unknown streams. */
    public static final StreamClass UNKNOWN = new StreamClass("unknown", ".*", List.of(), Sequence.NONE);

    public StreamClass {
        key = key == null ? List.of() : List.copyOf(key);
        ignore = ignore == null ? List.of() : List.copyOf(ignore);
        sequence = sequence == null ? Sequence.NONE : sequence;
        snapshot = snapshot == null ? List.of() : List.copyOf(snapshot);
        mode = mode == null ? Mode.FIRST : mode;
        Checks checks = new Checks().require(name != null && !name.isBlank(), "name", name, "a name that is not blank");
        Pointers.check(checks, "key", key);
        Pointers.check(checks, "ignore", ignore);
        Pointers.check(
                checks, "snapshot", snapshot.stream().map(FieldMatcher::at).toList());
        checks.require(match != null, "match", "nothing", "a regular expression")
                .require(
                        items == null || (JsonText.isPointer(items) && !items.contains("/-") && !items.contains("/?")),
                        "items",
                        ProblemText.quoted(String.valueOf(items)),
                        "a JSON pointer to an array, such as /data; an empty text = the whole message")
                .require(
                        items == null
                                || mode == Mode.FIRST
                                || sequence.last().stream().allMatch(last -> last.startsWith(items + "/")),
                        "items",
                        "items without numbers of their own, but the mode "
                                + mode.name().toLowerCase(Locale.ROOT),
                        "\"last\" inside of \"items\": otherwise all but one item of a message would be dropped")
                .require(
                        items == null || key.stream().noneMatch(pointer -> isInAnotherItem(pointer, items)),
                        "key",
                        key,
                        "pointers to the only element, such as " + items + "/0/id: each element is compared by itself")
                .require(
                        items == null || snapshot.isEmpty(),
                        "snapshot",
                        "signs of a snapshot beside \"items\"",
                        "one of the two: a snapshot cannot be cut into separate messages")
                .require(
                        mode != Mode.LATEST || sequence.link() != Link.NONE,
                        "mode",
                        "latest, but no sequence",
                        "\"latest\" with a \"sequence\": without numbers the order of messages is unknown")
                .require(
                        mode != Mode.ORDERED || sequence.link() == Link.PLUS_ONE || sequence.link() == Link.PREVIOUS,
                        "mode",
                        "ordered, but no chain",
                        "\"ordered\" with a \"sequence\" whose link is plus-one or previous")
                .range("holdMs", holdMs, 1, 60_000)
                .range("holdMessages", holdMessages, 1, 100_000)
                .throwIfAny("stream class");
    }

    private static boolean isInAnotherItem(String pointer, String items) {
        return pointer.startsWith(items + "/")
                && pointer.substring(items.length() + 1).matches("([1-9]\\d*|-([2-9]|1\\d)\\d*)(/.*)?");
    }

    /** A class whose messages are published as their first copies arrive. */
    public StreamClass(String name, String match, List<String> key, Sequence sequence) {
        this(name, match, key, List.of(), null, sequence, Mode.FIRST, DEFAULT_HOLD_MS, DEFAULT_HOLD_MESSAGES);
    }

    /**
     * A class without a snapshot; compiles the expression.
     *
     * @throws InvalidConfigException if it is invalid or another field is wrong
     */
    public StreamClass(
            String name,
            String match,
            List<String> key,
            List<String> ignore,
            String items,
            Sequence sequence,
            Mode mode,
            int holdMs,
            int holdMessages) {
        this(name, compiled(match), key, ignore, items, sequence, List.of(), mode, holdMs, holdMessages);
    }

    static Pattern compiled(String match) {
        try {
            return Pattern.compile(match);
        } catch (PatternSyntaxException e) {
            throw new InvalidConfigException(
                    "stream class",
                    List.of(new Problem(
                            "/match", ProblemText.quoted(match), "a regular expression: " + e.getDescription())));
        }
    }

    /** Whether a stream of this name belongs to this class. */
    public boolean has(String stream) {
        return match.matcher(stream).find();
    }

    /** Whether the venue answers a subscription with a snapshot, which later messages change. */
    public boolean hasSnapshot() {
        return !snapshot.isEmpty();
    }

    /** All pointers that are read from its messages. */
    List<String> pointers() {
        List<String> pointers = new ArrayList<>(key);
        pointers.addAll(ignore);
        pointers.addAll(sequence.last());
        pointers.addAll(sequence.first());
        pointers.addAll(sequence.previous());
        sequence.reset().forEach(sign -> pointers.add(sign.at()));
        snapshot.forEach(sign -> pointers.add(sign.at()));
        return pointers;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamClass that
                && name.equals(that.name)
                && match.pattern().equals(that.match.pattern()) // Pattern does not define equality
                && key.equals(that.key)
                && ignore.equals(that.ignore)
                && Objects.equals(items, that.items)
                && sequence.equals(that.sequence)
                && snapshot.equals(that.snapshot)
                && mode == that.mode
                && holdMs == that.holdMs
                && holdMessages == that.holdMessages;
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** The messages of a stream that are published, and their order. */
    public enum Mode {
        /** Every message, when its first copy arrives. A message that arrives after younger ones is flagged late. */
        FIRST,
        /** For states: a message older than a published one is dropped. */
        LATEST,
        /** For changes: a message that arrives too early waits for the missing ones, for a limited time. */
        ORDERED
    }

    /** How a message refers to the previous one. */
    public enum Link {
        /** No numbers. */
        NONE,
        /** Its number is larger, by any amount: this proves order, but not completeness. */
        INCREASING,
        /** Its first number is the previous message's last number plus one. */
        PLUS_ONE,
        /** It names the last number of the previous message. */
        PREVIOUS
    }

    /**
     * The numbers in a message.
     *
     * @param link what they prove
     * @param last JSON pointers to its number, or to the last of its numbers; the first present one counts
     * @param first with {@link Link#PLUS_ONE}, pointers to its first number; empty = it has only one
     * @param previous with {@link Link#PREVIOUS}, pointers to the number of the previous message; if the message's own
     *     number is smaller, the chain restarts
     * @param reset signs of a message that restarts the chain: the venue counts anew from there, unless the number is
     *     older than one from another connection
     * @param resubscribes whether the stream is subscribed again after a gap that no connection has healed, so that the
     *     venue sends a snapshot
     */
    public record Sequence(
            Link link,
            List<String> last,
            List<String> first,
            List<String> previous,
            List<FieldMatcher> reset,
            boolean resubscribes) {
        public static final Sequence NONE = new Sequence(Link.NONE, List.of(), List.of(), List.of());

        /** A sequence that restarts only if a message's number is below the previous one. */
        public Sequence(Link link, List<String> last, List<String> first, List<String> previous) {
            this(link, last, first, previous, List.of());
        }

        /** A sequence whose gaps cause no new subscription. */
        public Sequence(
                Link link, List<String> last, List<String> first, List<String> previous, List<FieldMatcher> reset) {
            this(link, last, first, previous, reset, false);
        }

        public Sequence {
            last = last == null ? List.of() : List.copyOf(last);
            first = first == null ? List.of() : List.copyOf(first);
            previous = previous == null ? List.of() : List.copyOf(previous);
            reset = reset == null ? List.of() : List.copyOf(reset);
            Checks checks = new Checks();
            Pointers.check(checks, "last", last);
            Pointers.check(checks, "first", first);
            Pointers.check(checks, "previous", previous);
            Pointers.check(checks, "reset", reset.stream().map(FieldMatcher::at).toList());
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
                    .require(
                            !resubscribes || link == Link.PLUS_ONE || link == Link.PREVIOUS,
                            "onGap",
                            "an action after gaps, but no chain",
                            "\"onGap\" with the link plus-one or previous")
                    .throwIfAny("sequence");
        }
    }
}
