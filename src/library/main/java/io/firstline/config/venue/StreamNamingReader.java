package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/** Reads how messages name their stream. */
final class StreamNamingReader {
    /** In place of names by wrong ids, which must not cause further problems. */
    private static final StreamNaming STAND_IN = StreamNaming.at(List.of("/stream"));

    private final VenueProblems problems;
    private final SignReader signs;

    StreamNamingReader(VenueProblems problems) {
        this.problems = problems;
        this.signs = new SignReader(problems);
    }

    StreamNaming naming(JsonNode messages) {
        List<NameRule> rules = rules(messages.path("stream"));
        List<IdRule> ids = new ArrayList<>();
        for (int i = 0; i < messages.path("ids").size(); i++) {
            ids.addAll(idRule("/messages/ids/" + i, messages.path("ids").get(i)));
        }
        if (ids.size() < messages.path("ids").size()) {
            return STAND_IN;
        }
        return problems.attempt(
                "/messages",
                () -> new StreamNaming(
                        rules,
                        messages.path("separator").asText(),
                        ProfileJson.textsByKey(messages.path("names")),
                        ProfileJson.textsByKey(messages.path("aliases")),
                        ids),
                StreamNaming.NONE);
    }

    /** One rule; empty if it is wrong. */
    private List<IdRule> idRule(String pointer, JsonNode rule) {
        List<FieldMatcher> when = signs.fields(pointer + "/when", rule.path("when"));
        JsonNode stream = rule.path("stream");
        if (stream.isTextual() && !stream.textValue().equals("request")) {
            problems.add(new Problem(
                    pointer + "/stream",
                    ProblemText.quoted(stream.textValue()),
                    "\"request\", or an array of JSON pointers and constants"));
            return List.of();
        }
        return problems.attempt(
                pointer,
                () -> List.of(new IdRule(
                        when,
                        rule.path("id").asText(),
                        stream.isTextual() ? List.of() : ProfileJson.texts(stream),
                        rule.path("rewrite").asBoolean())),
                List.of());
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
