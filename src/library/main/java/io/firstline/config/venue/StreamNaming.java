package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.problem.InvalidConfigException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a venue's messages name their stream. Immutable; checked in the constructor.
 *
 * @param rules the first rule that names a message applies; empty = streams are not distinguished
 * @param separator joins the parts of a name; default a blank
 * @param names replacements for values in a stream's name: a venue may use other names in messages than in
 *     subscriptions
 * @param aliases what messages show instead of a subscribed name: regular expressions with their replacements; the first
 *     one found in the name applies, once
 * @param ids how the server gives ids to the streams of a connection
 */
public record StreamNaming(
        List<NameRule> rules,
        String separator,
        Map<String, String> names,
        Map<String, String> aliases,
        List<IdRule> ids) {
    private static final int MAX_RULES = 32;
    private static final int MAX_IDS = 16;

    /** Messages name no stream. */
    public static final StreamNaming NONE = at(List.of());

    public StreamNaming {
        rules = List.copyOf(rules);
        separator = separator == null || separator.isEmpty() ? " " : separator;
        names = Map.copyOf(names);
        aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases)); // their order counts
        ids = List.copyOf(ids);
        boolean learns = rules.stream().anyMatch(rule -> rule.name().stream().anyMatch(NameRule::isLearned));
        Checks checks = new Checks();
        checks.require(rules.size() <= MAX_RULES, "stream", rules.size() + " rules", "at most " + MAX_RULES + " rules")
                .require(ids.size() <= MAX_IDS, "ids", ids.size() + " kinds of ids", "at most " + MAX_IDS)
                .require(
                        learns != ids.isEmpty(),
                        "ids",
                        learns ? "nothing, but names by ids in \"stream\"" : "ids, but no name by an id in \"stream\"",
                        "\"ids\" together with a part such as @/0 in \"stream\"");
        aliases.forEach((expression, replacement) -> checkAlias(checks, expression, replacement));
        checks.throwIfAny("messages");
    }

    /** Names without ids. */
    public StreamNaming(
            List<NameRule> rules, String separator, Map<String, String> names, Map<String, String> aliases) {
        this(rules, separator, names, aliases, List.of());
    }

    /** The values at these pointers together name a message's stream. */
    public static StreamNaming at(List<String> pointers) {
        return new StreamNaming(
                pointers.isEmpty() ? List.of() : List.of(new NameRule(List.of(), pointers)), " ", Map.of(), Map.of());
    }

    private static void checkAlias(Checks checks, String expression, String replacement) {
        try {
            // a replacement is checked only while something is replaced
            Pattern any = Pattern.compile(StreamClass.compiled(expression).pattern() + "|^");
            any.matcher("x").replaceFirst(replacement);
        } catch (InvalidConfigException e) {
            checks.add(e.problems().stream().map(p -> p.under("/aliases")).toList());
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            checks.require(
                    false,
                    "aliases",
                    "a replacement that cannot be filled: " + e.getMessage(),
                    "a text, with $1 for the first group of the expression");
        }
    }

    public boolean isNone() {
        return rules.isEmpty();
    }

    /** All pointers that are read from messages. */
    List<String> pointers() {
        List<String> pointers = new ArrayList<>(namePointers());
        rules.forEach(rule -> rule.when().forEach(sign -> pointers.add(sign.at())));
        ids.forEach(rule -> pointers.addAll(rule.pointers()));
        return pointers;
    }

    /** The pointers to the parts of names. */
    public List<String> namePointers() {
        return rules.stream()
                .flatMap(rule -> Stream.of(rule.pointers()))
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    /** The pointers to ids in messages of streams. */
    public List<String> idPointers() {
        return rules.stream()
                .flatMap(rule -> rule.name().stream())
                .filter(NameRule::isLearned)
                .map(NameRule::pointer)
                .distinct()
                .toList();
    }

    /** The name that messages show for a subscribed one. */
    public String shown(String subscribed) {
        for (Map.Entry<String, String> alias : aliases.entrySet()) {
            Pattern expression = Pattern.compile(alias.getKey());
            if (expression.matcher(subscribed).find()) {
                return expression.matcher(subscribed).replaceFirst(alias.getValue());
            }
        }
        return subscribed;
    }
}
