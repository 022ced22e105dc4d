package io.firstline.config.venue;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import io.vertx.core.json.JsonArray;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The streams that a feed subscribes on its open connections, and the requests for it. Immutable; checked in the
 * constructor.
 *
 * <p><b>Templates</b> are text messages. {@code ${streams}} becomes a JSON array of the streams' names, or of the
 * result of {@code argument} for each. A template without it makes one request per stream. {@code ${1}}, {@code ${2}} …
 * become the blank-separated words of the stream's name, escaped as inside a JSON string. {@code ${id}} becomes a new
 * number.
 *
 * @param streams subscribed on each connection when it opens
 * @param subscribe the venue's request; empty = the venue has none
 * @param unsubscribe the request to unsubscribe
 * @param argument the form of a stream in {@code ${streams}}, with {@code ${1}}, {@code ${2}} …; empty = its name as a
 *     JSON string
 */
public record SubscribeTemplates(List<String> streams, String subscribe, String unsubscribe, String argument) {
    private static final Pattern UNKNOWN = Pattern.compile("\\$\\{(?!(?:streams|id|[1-9])\\})[^}]*\\}?");
    private static final Pattern WORD = Pattern.compile("\\$\\{([1-9])\\}");

    public static final SubscribeTemplates NONE = new SubscribeTemplates(List.of(), "", "");

    public SubscribeTemplates {
        streams = streams == null ? List.of() : List.copyOf(streams);
        subscribe = subscribe == null ? "" : subscribe;
        unsubscribe = unsubscribe == null ? "" : unsubscribe;
        argument = argument == null ? "" : argument;
        Checks checks = new Checks()
                .require(
                        streams.isEmpty() || !subscribe.isEmpty(),
                        "streams",
                        "streams, but no request to subscribe them with",
                        "streams together with a \"venue\" or a \"subscribe\" template")
                .require(
                        streams.stream().noneMatch(String::isBlank) && new HashSet<>(streams).size() == streams.size(),
                        "streams",
                        "a blank or repeated stream",
                        "every stream's name once")
                .require(
                        unsubscribe.isEmpty() || !subscribe.isEmpty(),
                        "unsubscribe",
                        "a template for unsubscribing only",
                        "both templates, or \"subscribe\" alone")
                .require(
                        argument.isEmpty() || subscribe.contains("${streams}"),
                        "argument",
                        "a template for elements of ${streams}, but no ${streams} in \"subscribe\"",
                        "\"argument\" together with ${streams}");
        checkRequest(checks, "subscribe", subscribe);
        checkRequest(checks, "unsubscribe", unsubscribe);
        checkFilled(checks, "argument", argument);
        int words = Math.max(words(subscribe), Math.max(words(unsubscribe), words(argument)));
        streams.stream()
                .filter(stream -> stream.split(" ", -1).length < words)
                .findFirst()
                .ifPresent(stream -> checks.require(
                        false, "streams", ProblemText.quoted(stream), words + " words with a blank between them"));
        checks.throwIfAny("subscriptions");
    }

    /** Streams that requests list by name. */
    public SubscribeTemplates(List<String> streams, String subscribe, String unsubscribe) {
        this(streams, subscribe, unsubscribe, "");
    }

    /** The same requests for other streams. */
    public SubscribeTemplates withStreams(List<String> others) {
        return new SubscribeTemplates(others, subscribe, unsubscribe, argument);
    }

    /** Whether one request can name several streams. */
    public boolean takesSeveral() {
        return subscribe.contains("${streams}");
    }

    /**
     * The request for more streams; the id must be new on its connection.
     *
     * @throws IllegalArgumentException if a stream's name has fewer words than the venue needs
     */
    public String subscribeRequest(List<String> more, long id) {
        return request(subscribe, argument, more, id);
    }

    /** The request for fewer streams; the id must be new on its connection. */
    public String unsubscribeRequest(List<String> fewer, long id) {
        return request(unsubscribe, argument, fewer, id);
    }

    /** Inserts the names last, so that a name that looks like a placeholder remains unchanged. */
    private static String request(String template, String argument, List<String> streams, long id) {
        String numbered = template.replace("${id}", Long.toString(id));
        if (!numbered.contains("${streams}")) {
            return filled(numbered, streams.get(0));
        }
        String array = argument.isEmpty()
                ? new JsonArray(streams).encode()
                : streams.stream().map(stream -> filled(argument, stream)).collect(Collectors.joining(",", "[", "]"));
        return numbered.replace("${streams}", array);
    }

    private static String filled(String template, String stream) {
        String[] words = stream.split(" ", -1);
        return WORD.matcher(template).replaceAll(place -> {
            int word = Integer.parseInt(place.group(1));
            if (word > words.length) {
                throw new IllegalArgumentException(ProblemText.quoted(stream) + " has " + words.length
                        + (words.length == 1 ? " word" : " words") + "; this venue's streams have " + word
                        + " or more, with blanks between them");
            }
            return Matcher.quoteReplacement(
                    new String(JsonStringEncoder.getInstance().quoteAsString(words[word - 1])));
        });
    }

    /** The number of words that a template needs of a name. */
    private static int words(String template) {
        OptionalInt most = WORD.matcher(template)
                .results()
                .mapToInt(place -> Integer.parseInt(place.group(1)))
                .max();
        return most.orElse(0);
    }

    /** Errors do not show a template, because it may contain a credential. */
    private static void checkRequest(Checks checks, String field, String template) {
        if (!template.isEmpty()) {
            checks.require(
                    template.contains("${streams}") || words(template) > 0,
                    field,
                    "a template without ${streams}",
                    "a text message with ${streams} (or ${1}, ${2} … for a stream's words) and, if the venue wants it, ${id}");
            checkFilled(checks, field, template);
        }
    }

    private static void checkFilled(Checks checks, String field, String template) {
        boolean known = !UNKNOWN.matcher(template).find();
        boolean json = template.startsWith("{") || template.startsWith("[");
        checks.require(
                        known,
                        field,
                        "a placeholder that is neither ${streams} nor ${id}",
                        "the placeholders ${streams}, ${id}, and ${1} to ${9}")
                .require(
                        !json || !known || JsonText.isJson(request(template, "", List.of("1 2 3 4 5 6 7 8 9"), 1)),
                        field,
                        "a template that is not JSON once it is filled",
                        "JSON, because it begins like JSON");
    }
}
