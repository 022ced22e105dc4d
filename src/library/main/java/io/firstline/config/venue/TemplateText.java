package io.firstline.config.venue;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.firstline.config.check.Checks;
import io.firstline.config.check.Environment;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.firstline.config.secret.TemplateValues;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A text message with placeholders. Values are inserted in one pass, so that a value that looks like a placeholder
 * remains unchanged. Pure functions.
 *
 * <p>{@code ${id}} becomes a number, {@code ${time}} seconds and {@code ${timeMs}} milliseconds since the epoch. About
 * streams: {@code ${streams}} becomes a JSON array with the argument of each and {@code ${streams,}} the same without
 * brackets; {@code ${1}} a word of the name, escaped as inside a JSON string; {@code ${*2}} a JSON array of the second
 * words of all streams, {@code ${*2,}} the same as one text with commas; {@code ${learned}} the id that the server of the
 * connection has given to the stream, as JSON.
 */
final class TemplateText {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)(\\}?)");
    private static final Pattern OF_ALL = Pattern.compile("id|time|timeMs");
    private static final Pattern OF_STREAMS = Pattern.compile("streams,?|[1-9]|\\*[1-9],?");
    static final String LEARNED = "learned";
    private static final String ARGUMENT = "argument";
    private static final String ID = "id";
    private static final String ALL = "all";
    private static final String ALL_BY_FIRST_WORD = "allByFirstWord";
    private static final List<String> OF_CLIENT = List.of(ALL, ALL_BY_FIRST_WORD);
    private static final Pattern POINTER = Pattern.compile("/.*");
    private static final Pattern OF_WORDS = Pattern.compile("[1-9]|\\*[1-9],?");
    private static final Pattern SHORT = Pattern.compile("[\\w*,/.-]{1,32}");
    private static final String WORDS = "${1} to ${9}, ${*1} to ${*9} and ${*1,} to ${*9,}";
    private static final int MOST_WORDS = 9;

    private TemplateText() {}

    /** Fills a message that is about no stream. */
    static String filled(String template, long id, long epochMs) {
        return replaced(template, place -> ofAll(place, id, epochMs));
    }

    /**
     * Fills a message about streams.
     *
     * @param argument the form of a stream in {@code ${streams}}; empty = its name as a JSON string
     * @param words what separates the words of a name
     * @param ofConnection the values of {@link #LEARNED} and of placeholders for secrets and signatures
     */
    static String filled(
            String template,
            String argument,
            List<String> streams,
            String words,
            long id,
            long epochMs,
            UnaryOperator<String> ofConnection) {
        return replaced(
                template,
                place -> OF_ALL.matcher(place).matches()
                        ? ofAll(place, id, epochMs)
                        : place.equals(LEARNED) || TemplateValues.isKnown(place)
                                ? ofConnection.apply(place)
                                : ofStreams(place, argument, streams, words));
    }

    /** Fills the known placeholders of a message of the user; others remain. */
    static String filledWhereKnown(String message, long id, long epochMs, UnaryOperator<String> values) {
        return PLACEHOLDER.matcher(message).replaceAll(found -> {
            String place = found.group(1);
            return Matcher.quoteReplacement(
                    OF_ALL.matcher(place).matches()
                            ? ofAll(place, id, epochMs)
                            : TemplateValues.isKnown(place) ? values.apply(place) : found.group());
        });
    }

    /** Returns the placeholders that a message of the user cannot have: no text that the user wrote as {@code $${TEXT}}. */
    static List<String> unknown(String message) {
        return places(message).stream()
                .filter(place -> !OF_ALL.matcher(place).matches()
                        && !TemplateValues.isKnown(place)
                        && !Environment.isPlace(place))
                .distinct()
                .toList();
    }

    /** Returns whether the last placeholder of a message does not end. */
    static boolean isUnclosed(String message) {
        return PLACEHOLDER.matcher(message).results().anyMatch(found -> found.group(2)
                .isEmpty());
    }

    /** Returns a value that could be that of a connection. */
    static String sampleOf(String place) {
        return place.equals(LEARNED) ? "\"0\"" : TemplateValues.sampleOf(place);
    }

    /** Returns whether a message needs the id that the server has given to its stream. */
    static boolean takesLearned(String template) {
        return places(template).contains(LEARNED);
    }

    /** Fills an answer with values of the message that it answers; they are JSON texts. */
    static String answer(String template, UnaryOperator<String> valueAt, long id, long epochMs) {
        return replaced(template, place -> place.startsWith("/") ? valueAt.apply(place) : ofAll(place, id, epochMs));
    }

    /** Returns the pointers of an answer. */
    static List<String> pointers(String template) {
        return places(template).stream()
                .filter(place -> place.startsWith("/"))
                .distinct()
                .toList();
    }

    /**
     * Fills an answer of a relay to a request of its client.
     *
     * @param values those of other placeholders than streams and times, as they are inserted
     */
    static String reply(
            String template, RequestTemplate how, List<String> streams, Map<String, String> values, long epochMs) {
        return replaced(template, place -> {
            if (values.containsKey(place)) {
                return values.get(place);
            }
            return switch (place) {
                case ID -> "null";
                case "time", "timeMs" -> ofAll(place, 0, epochMs);
                case ARGUMENT -> arguments(how.argument(), streams, how.words());
                default -> ofStreams(place, how.argument(), streams, how.words());
            };
        });
    }

    /** Returns whether an answer of a relay is about the streams of a request. */
    static boolean namesStreams(String template) {
        return places(template).stream()
                .anyMatch(place ->
                        place.equals(ARGUMENT) || OF_STREAMS.matcher(place).matches());
    }

    /** Returns whether an answer of a relay is about all streams of a client. */
    static boolean namesAll(String template) {
        return places(template).stream().anyMatch(OF_CLIENT::contains);
    }

    /** Returns the values of the placeholders for all streams of a client. */
    static Map<String, String> all(Map<RequestTemplate, List<String>> streams) {
        JsonObject byFirstWord = new JsonObject();
        streams.forEach((how, ofKind) -> ofKind.forEach(stream -> {
            String[] words = split(stream, how.words());
            JsonArray seconds = byFirstWord.getJsonArray(words[0], new JsonArray());
            if (words.length > 1 && !seconds.contains(words[1])) {
                seconds.add(words[1]);
            }
            byFirstWord.put(words[0], seconds);
        }));
        String entries = streams.entrySet().stream()
                .map(kind -> arguments(
                        kind.getKey().argument(), kind.getValue(), kind.getKey().words()))
                .collect(Collectors.joining(","));
        return Map.of(ALL, "[" + entries + "]", ALL_BY_FIRST_WORD, byFirstWord.encode());
    }

    /** Returns an answer without the members that would repeat a value which the request lacks. */
    static String withKnown(String template, Map<String, String> repeated) {
        String known = template;
        for (String place : places(template)) {
            if ((place.equals(ID) || place.startsWith("/")) && !repeated.containsKey(place)) {
                known = without(known, place);
            }
        }
        return known;
    }

    /** Returns a template without the members whose value is this placeholder. */
    static String without(String template, String place) {
        String member = "\"[^\"\\\\]*\":" + Pattern.quote("${" + place + "}");
        return template.replaceAll(member + ",", "").replaceAll(",?" + member, "");
    }

    private static String ofAll(String place, long id, long epochMs) {
        return switch (place) {
            case "id" -> Long.toString(id);
            case "time" -> Long.toString(Math.floorDiv(epochMs, 1_000L));
            case "timeMs" -> Long.toString(epochMs);
            default -> throw new IllegalArgumentException("an unknown placeholder"); // checked before
        };
    }

    private static String ofStreams(String place, String argument, List<String> streams, String words) {
        if (place.startsWith("streams")) {
            String joined = arguments(argument, streams, words);
            return place.endsWith(",") ? joined : "[" + joined + "]";
        }
        if (!place.startsWith("*")) {
            return escaped(word(streams.get(0), Integer.parseInt(place), words));
        }
        int number = place.charAt(1) - '0';
        List<String> all = streams.stream()
                .map(name -> word(name, number, words))
                .distinct()
                .toList();
        return place.endsWith(",") ? escaped(String.join(",", all)) : new JsonArray(all).encode();
    }

    private static String arguments(String argument, List<String> streams, String words) {
        if (argument.isEmpty()) {
            String array = new JsonArray(streams).encode();
            return array.substring(1, array.length() - 1);
        }
        return groups(argument, streams, words).stream()
                .map(group -> replaced(argument, place -> ofStreams(place, "", group, words)))
                .collect(Collectors.joining(","));
    }

    /** Returns the streams that one message of this template may name together, in their order. */
    static List<List<String>> groups(String template, List<String> streams, String words) {
        if (!takesSeveral(template)) {
            return streams.stream().map(List::of).toList();
        }
        int listed = listed(template);
        List<Integer> single = places(template).stream()
                .filter(place -> place.length() == 1)
                .map(Integer::parseInt)
                .toList();
        Map<List<String>, List<String>> groups = new LinkedHashMap<>();
        streams.forEach(
                stream -> groups.computeIfAbsent(shared(split(stream, words), listed, single), any -> new ArrayList<>())
                        .add(stream));
        return List.copyOf(groups.values());
    }

    /** Returns the words that the streams of a message have in common. */
    private static List<String> shared(String[] name, int listed, List<Integer> single) {
        return IntStream.rangeClosed(1, name.length)
                .filter(number -> listed > 0 ? number != listed : single.contains(number))
                .mapToObj(number -> name[number - 1])
                .toList();
    }

    /** Returns whether a message of this template can name several streams. */
    static boolean takesSeveral(String template) {
        return places(template).stream().anyMatch(place -> place.startsWith("streams") || place.startsWith("*"));
    }

    /** Returns the number of the words that are listed; 0 = none. */
    private static int listed(String template) {
        return places(template).stream()
                .filter(place -> place.startsWith("*"))
                .map(place -> place.charAt(1) - '0')
                .findFirst()
                .orElse(0);
    }

    /** Returns the number of words that a template needs of a name. */
    static int words(String template) {
        return places(template).stream()
                .filter(place -> OF_WORDS.matcher(place).matches())
                .mapToInt(place -> place.charAt(place.startsWith("*") ? 1 : 0) - '0')
                .max()
                .orElse(0);
    }

    static String[] split(String name, String words) {
        return name.split(Pattern.quote(words), -1);
    }

    private static String word(String name, int number, String words) {
        String[] all = split(name, words);
        if (number > all.length) {
            throw new IllegalArgumentException(ProblemText.quoted(name) + " has " + all.length
                    + (all.length == 1 ? " word" : " words") + "; this venue's streams have " + number
                    + " or more, with " + between(words) + " between them");
        }
        return all[number - 1];
    }

    /** Returns what separates words, for people. */
    static String between(String words) {
        return words.equals(" ") ? "blanks" : ProblemText.quoted(words);
    }

    static String escaped(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    private static List<String> places(String template) {
        return PLACEHOLDER
                .matcher(template)
                .results()
                .map(place -> place.group(1))
                .toList();
    }

    private static String replaced(String template, Function<String, String> value) {
        return PLACEHOLDER.matcher(template).replaceAll(place -> Matcher.quoteReplacement(value.apply(place.group(1))));
    }

    // checks; errors do not show a template, because it may contain a credential

    /** Checks a message that is about no stream. */
    static void check(Checks checks, String field, String template) {
        if (checkKnown(checks, field, template, OF_ALL.asMatchPredicate(), "${id}, ${time} and ${timeMs}")) {
            checkJson(checks, field, template, filled(template, 1, 1));
        }
    }

    /** Checks an answer. Values are inserted with the quotes of a string, so placeholders cannot be inside quotes. */
    static void checkAnswer(Checks checks, String field, String template) {
        Pattern known = Pattern.compile(OF_ALL + "|" + POINTER);
        if (checkKnown(
                checks, field, template, known.asMatchPredicate(), "${/pointer}, ${id}, ${time} and ${timeMs}")) {
            checkJson(checks, field, template, answer(template, pointer -> "0", 1, 1));
            if (checks.problems().isEmpty()) {
                checkJson(checks, field, template, answer(template, pointer -> "\"0\"", 1, 1));
            }
        }
    }

    /** Checks an answer of a relay; empty = none. */
    static void checkReply(Checks checks, String field, String template, boolean ofStreams) {
        String allowed = "${id}, ${time}, ${timeMs}"
                + (ofStreams
                        ? ", ${streams}, ${streams,}, ${argument}, ${all}, ${allByFirstWord}, " + WORDS
                        : ", ${why}, ${code} and ${/pointer}");
        Pattern known = Pattern.compile(OF_ALL
                + "|"
                + (ofStreams
                        ? OF_STREAMS + "|" + ARGUMENT + "|" + String.join("|", OF_CLIENT)
                        : "why|code|" + POINTER));
        if (checkKnown(checks, field, template, known.asMatchPredicate(), allowed)) {
            RequestTemplate any = SubscribeTemplates.NONE.general();
            Map<String, String> values =
                    new HashMap<>(Map.of(ID, "1", "why", "", "code", "1", ALL, "[]", ALL_BY_FIRST_WORD, "{}"));
            checkJson(checks, field, template, reply(withKnown(template, Map.of()), any, sample(" "), values, 1));
            pointers(template).forEach(pointer -> values.put(pointer, "\"0\""));
            checkJson(checks, field, template, reply(template, any, sample(" "), values, 1));
        }
    }

    /** Checks a request. */
    static void checkRequest(Checks checks, String field, String template, String words) {
        checks.require(
                takesSeveral(template) || words(template) > 0 || takesLearned(template),
                field,
                "a template without ${streams}",
                "a text message with ${streams} (or ${1}, ${2} … for a stream's words) and, if the venue wants it, ${id}");
        checkListed(checks, field, template);
        boolean ends = field.equals("unsubscribe");
        String allowed = "${streams}, ${streams,}, ${id}, ${time}, ${timeMs}, " + (ends ? "${learned}, " : "") + WORDS;
        Predicate<String> known = Pattern.compile(OF_ALL + "|" + OF_STREAMS + (ends ? "|" + LEARNED : ""))
                .asMatchPredicate();
        if (checkKnown(checks, field, template, known.or(TemplateValues::isKnown), allowed)) {
            String filled = filled(template, "", sample(words), words, 1, 1, TemplateText::sampleOf);
            checkJson(checks, field, template, filled);
            checks.require(
                    !takesLearned(template) || !takesSeveral(template),
                    field,
                    "${learned} beside a list of streams",
                    "${learned} in a request for one stream");
        }
    }

    /** Checks the form of a stream in {@code ${streams}}. */
    static void checkArgument(Checks checks, String field, String template, String words) {
        checkListed(checks, field, template);
        if (checkKnown(checks, field, template, OF_WORDS.asMatchPredicate(), WORDS)) {
            checkJson(checks, field, template, arguments(template, sample(words), words));
        }
    }

    private static void checkListed(Checks checks, String field, String template) {
        long listed = places(template).stream()
                .filter(place -> place.matches("\\*[1-9],?"))
                .map(place -> place.charAt(1))
                .distinct()
                .count();
        checks.require(
                listed < 2,
                field,
                "lists of the words at " + listed + " places",
                "a list of the words at one place: its streams share all other words");
    }

    private static void checkJson(Checks checks, String field, String template, String filled) {
        boolean json = template.startsWith("{") || template.startsWith("[");
        checks.require(
                !json || JsonText.isJson(filled),
                field,
                "a template that is not JSON once it is filled",
                "JSON, because it begins like JSON");
    }

    private static boolean checkKnown(
            Checks checks, String field, String template, Predicate<String> known, String allowed) {
        Optional<String> unknown = PLACEHOLDER
                .matcher(template)
                .results()
                .filter(place -> place.group(2).isEmpty() || !known.test(place.group(1)))
                .map(place -> place.group(1))
                .findFirst();
        checks.require(
                unknown.isEmpty(),
                field,
                unknown.filter(SHORT.asMatchPredicate())
                        .map(place -> "the placeholder ${" + place + "}")
                        .orElse("an unknown placeholder"),
                "the placeholders " + allowed);
        return unknown.isEmpty();
    }

    private static List<String> sample(String words) {
        return List.of(
                IntStream.rangeClosed(1, MOST_WORDS).mapToObj(Integer::toString).collect(Collectors.joining(words)));
    }
}
