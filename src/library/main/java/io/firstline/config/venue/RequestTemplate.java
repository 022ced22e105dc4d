package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.ProblemText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The requests for one kind of streams, as {@linkplain TemplateText text messages with placeholders}. Immutable;
 * checked in the constructor.
 *
 * @param match a regular expression found in the names of its streams
 * @param subscribe the request to subscribe; empty = there is none
 * @param unsubscribe the request to unsubscribe; empty = there is none
 * @param argument the form of a stream in {@code ${streams}}; empty = its name as a JSON string
 * @param streamsPerRequest the most streams in one request; 0 = that of the venue
 * @param words the text between the words of a name; default a blank
 * @param nameWords how many words of a subscribed name messages show; the others are parameters of the request; 0 =
 *     all
 */
public record RequestTemplate(
        String match,
        String subscribe,
        String unsubscribe,
        String argument,
        int streamsPerRequest,
        String words,
        int nameWords) {
    private static final String BLANK = " ";

    public RequestTemplate {
        match = match == null ? "" : match;
        subscribe = subscribe == null ? "" : subscribe;
        unsubscribe = unsubscribe == null ? "" : unsubscribe;
        argument = argument == null ? "" : argument;
        words = words == null || words.isEmpty() ? BLANK : words;
        StreamClass.compiled(match); // reports a wrong expression
        Checks checks = new Checks()
                .require(
                        unsubscribe.isEmpty() || !subscribe.isEmpty(),
                        "unsubscribe",
                        "a template for unsubscribing only",
                        "both templates, or \"subscribe\" alone")
                .require(
                        argument.isEmpty() || namesArguments(subscribe),
                        "argument",
                        "a template for elements of ${streams}, but no ${streams} in \"subscribe\"",
                        "\"argument\" together with ${streams}")
                .range("streamsPerRequest", streamsPerRequest, 0, 10_000)
                .range("nameWords", nameWords, 0, 9);
        if (!subscribe.isEmpty()) {
            TemplateText.checkRequest(checks, "subscribe", subscribe, words);
        }
        if (!unsubscribe.isEmpty()) {
            TemplateText.checkRequest(checks, "unsubscribe", unsubscribe, words);
        }
        if (!argument.isEmpty()) {
            TemplateText.checkArgument(checks, "argument", argument, words);
        }
        checks.throwIfAny("requests");
    }

    /** Requests for streams of any name. */
    public RequestTemplate(String subscribe, String unsubscribe, String argument) {
        this("", subscribe, unsubscribe, argument, 0, BLANK, 0);
    }

    static boolean namesArguments(String template) {
        return template.contains("${streams}") || template.contains("${streams,}");
    }

    /** The same requests with another one for unsubscribing. */
    RequestTemplate withUnsubscribe(String other) {
        return new RequestTemplate(match, subscribe, other, argument, streamsPerRequest, words, nameWords);
    }

    /** Whether these requests are for a stream of this name. */
    boolean has(String stream) {
        return match.isEmpty() || Pattern.compile(match).matcher(stream).find(); // called once per stream
    }

    /** The name of a subscribed stream in messages. */
    String shownName(String stream) {
        String[] all = TemplateText.split(stream, words);
        return nameWords == 0 || all.length <= nameWords
                ? stream
                : Arrays.stream(all, 0, nameWords).collect(Collectors.joining(words));
    }

    /** Adds a problem if a name lacks words that the requests need, or has words that they would drop. */
    void checkName(Checks checks, String stream) {
        int needed = Math.max(
                Math.max(TemplateText.words(subscribe), TemplateText.words(unsubscribe)), TemplateText.words(argument));
        boolean whole = namesArguments(subscribe) && argument.isEmpty(); // requests have the name as it is
        int count = TemplateText.split(stream, words).length;
        String between = words.equals(BLANK) ? "a blank" : TemplateText.between(words);
        checks.require(
                whole ? count >= needed : count >= needed && count <= Math.max(needed, nameWords),
                "streams",
                ProblemText.quoted(stream),
                needed == 1 ? "1 word without " + between : needed + " words with " + between + " between them");
    }

    /** Splits streams into those that one request can name together. */
    List<List<String>> batches(String template, List<String> streams, int venueStreamsPerRequest) {
        int most = streamsPerRequest > 0 ? streamsPerRequest : venueStreamsPerRequest;
        List<List<String>> batches = new ArrayList<>();
        for (List<String> group : TemplateText.groups(template, streams, words)) {
            for (int from = 0; from < group.size(); from += most) {
                batches.add(List.copyOf(group.subList(from, Math.min(from + most, group.size()))));
            }
        }
        return batches;
    }
}
