package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/** Reads how messages name their stream. */
final class StreamNamingReader {
    private final VenueProblems problems;
    private final SignReader signs;

    StreamNamingReader(VenueProblems problems) {
        this.problems = problems;
        this.signs = new SignReader(problems);
    }

    StreamNaming naming(JsonNode messages) {
        List<NameRule> rules = rules(messages.path("stream"));
        return problems.attempt(
                "/messages",
                () -> new StreamNaming(
                        rules,
                        messages.path("separator").asText(),
                        ProfileJson.textsByKey(messages.path("names")),
                        ProfileJson.textsByKey(messages.path("aliases"))),
                StreamNaming.NONE);
    }

    /** The rules, or one rule without signs. */
    private List<NameRule> rules(JsonNode stream) {
        List<NameRule> rules = new ArrayList<>();
        boolean isOneRule = !stream.isEmpty() && stream.get(0).isTextual();
        for (int i = 0; i < stream.size(); i++) {
            JsonNode rule = stream.get(i);
            String pointer = "/messages/stream/" + i;
            if (rule.isTextual() != isOneRule) {
                problems.add(new Problem(
                        pointer, "rules beside pointers", "either rules with a \"name\", or pointers and constants"));
                return List.of();
            }
            if (!isOneRule) {
                List<FieldMatcher> when = signs.fields(pointer + "/when", rule.path("when"));
                rules.addAll(problems.attempt(
                        pointer, () -> List.of(new NameRule(when, ProfileJson.texts(rule.path("name")))), List.of()));
            }
        }
        return isOneRule
                ? problems.attempt(
                        "/messages/stream",
                        () -> List.of(new NameRule(List.of(), ProfileJson.texts(stream))),
                        List.of(),
                        p -> new Problem("", p.found(), p.allowed()))
                : rules;
    }
}
