package io.firstline.config.venue;

import io.firstline.config.problem.Problem;
import io.firstline.config.secret.TemplateValues;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A message that a user sends on connect, with the placeholders of a request that is about no stream. Pure functions.
 */
public final class UserMessage {
    private static final String ALLOWED = "${id}, ${sign}, " + TemplateValues.OF_MESSAGES;

    private UserMessage() {}

    /**
     * Fills the known placeholders; others remain.
     *
     * @param values the values of secrets, signatures and times, escaped as inside a JSON string
     */
    public static String filled(String message, long id, long epochMs, UnaryOperator<String> values) {
        return message.contains("${") ? TemplateText.filledWhereKnown(message, id, epochMs, values) : message;
    }

    /**
     * Reports placeholders that nothing fills in.
     *
     * @param secrets the names that there are
     * @param endpoint whether each connection has the answer of an endpoint
     */
    public static List<Problem> problems(String pointer, String message, Set<String> secrets, boolean endpoint) {
        if (TemplateText.isUnclosed(message)) {
            return List.of(new Problem(pointer, "a placeholder without its \"}\"", ALLOWED));
        }
        Stream<Problem> unknown = TemplateText.unknown(message).stream()
                .map(place -> new Problem(pointer, "the unknown placeholder ${" + place + "}", ALLOWED));
        Stream<Problem> withoutValue = TemplateValues.withoutValue(message).stream()
                .map(place -> new Problem(pointer, "${" + place + "}, which has no value here", ALLOWED));
        Stream<Problem> lacking = TemplateValues.secrets(message).stream()
                .filter(name -> !secrets.contains(name))
                .map(name -> new Problem(pointer, "${secret." + name + "}", "a secret that \"secrets\" names"));
        Stream<Problem> unanswered = endpoint || !TemplateValues.takesAnswer(message)
                ? Stream.empty()
                : Stream.of(new Problem(pointer, "${endpoint/…}", "only with a venue that has an endpoint"));
        return Stream.of(unknown, withoutValue, lacking, unanswered)
                .flatMap(each -> each)
                .toList();
    }
}
