package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The messages of a connection besides requests, and how it reads the replies to those. Immutable; checked in the constructor.
 *
 * @param opening the beginning of a connection
 * @param answers answers to the server's messages; the first that applies is sent
 * @param acks where replies name streams
 */
public record VenueProtocol(Opening opening, List<Answer> answers, Acks acks) {
    public static final VenueProtocol NONE = new VenueProtocol(Opening.NONE, List.of(), Acks.NONE);

    private static final int MAX_ANSWERS = 16;

    public VenueProtocol {
        answers = List.copyOf(answers);
        Checks checks = new Checks()
                .require(
                        answers.size() <= MAX_ANSWERS,
                        "messages/answers",
                        answers.size() + " answers",
                        "at most " + MAX_ANSWERS);
        Pointers.check(checks, "ready", places(opening.ready()));
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            String field = "messages/answers/" + i;
            Pointers.check(checks, field + "/when", places(answer.when()));
            Pointers.check(checks, field + "/send", answer.pointers());
            checks.require(
                    !isAnswered(answer, answers),
                    field + "/send",
                    ProblemText.quoted(answer.send()) + ", which has itself the signs of a message to answer",
                    "an answer that a server cannot send back for ever");
        }
        checks.throwIfAny("venue");
    }

    private static List<String> places(MessageSigns signs) {
        return signs.fields().stream().map(FieldMatcher::at).distinct().toList();
    }

    private static boolean isAnswered(Answer answer, List<Answer> answers) {
        String text = answer.text(pointer -> "0", 1, 1);
        JsonNode tree = JsonText.isJson(text) ? JsonText.tree(text, new ArrayList<>()) : null;
        JsonNode json = tree == null ? MissingNode.getInstance() : tree;
        return answers.stream().anyMatch(other -> other.when().has(text, json));
    }

    /** The pointers that are read in every message. */
    Set<String> pointers() {
        Set<String> pointers = new HashSet<>(places(opening.ready()));
        answers.forEach(answer -> {
            pointers.addAll(places(answer.when()));
            pointers.addAll(answer.pointers());
        });
        pointers.addAll(acks.stream());
        return pointers;
    }
}
