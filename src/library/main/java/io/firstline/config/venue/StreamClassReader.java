package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.ProblemText;
import io.firstline.config.venue.StreamClass.Link;
import io.firstline.config.venue.StreamClass.Mode;
import io.firstline.config.venue.StreamClass.Sequence;
import java.util.ArrayList;
import java.util.List;

/** Reads the classes of streams. */
final class StreamClassReader {
    private final VenueProblems problems;
    private final SignReader signs;

    StreamClassReader(VenueProblems problems) {
        this.problems = problems;
        this.signs = new SignReader(problems);
    }

    List<StreamClass> classes(JsonNode messages) {
        List<StreamClass> classes = new ArrayList<>();
        messages.path("classes")
                .properties()
                .forEach(e -> classes.addAll(
                        streamClass("/messages/classes" + ProblemText.step(e.getKey()), e.getKey(), e.getValue())));
        return classes;
    }

    private List<StreamClass> streamClass(String pointer, String name, JsonNode type) {
        return problems.attempt(
                pointer,
                () -> List.of(new StreamClass(
                        name,
                        StreamClass.compiled(type.path("match").asText()),
                        ProfileJson.texts(type.path("key")),
                        ProfileJson.texts(type.path("ignore")),
                        type.path("items").textValue(),
                        sequence(pointer + "/sequence", type.path("sequence")),
                        signs.fields(pointer + "/snapshot", type.path("snapshot")),
                        ProfileJson.constant(type.path("mode"), Mode.FIRST),
                        type.path("holdMs").asInt(StreamClass.DEFAULT_HOLD_MS),
                        type.path("holdMessages").asInt(StreamClass.DEFAULT_HOLD_MESSAGES))),
                List.of());
    }

    private Sequence sequence(String pointer, JsonNode sequence) {
        if (sequence.isMissingNode()) {
            return Sequence.NONE;
        }
        List<FieldMatcher> reset = signs.fields(pointer + "/reset", sequence.path("reset"));
        return problems.attempt(
                pointer,
                () -> new Sequence(
                        ProfileJson.constant(sequence.path("link"), Link.NONE),
                        ProfileJson.texts(sequence.path("last")),
                        ProfileJson.texts(sequence.path("first")),
                        ProfileJson.texts(sequence.path("previous")),
                        reset,
                        sequence.has("onGap")), // the schema allows only "resubscribe"
                Sequence.NONE);
    }
}
