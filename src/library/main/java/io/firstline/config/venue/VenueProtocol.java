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
 * The messages that a connection sends besides requests, and the size of its requests. Immutable; checked in the constructor.
 *
 * @param opening the beginning of a connection
 * @param heartbeat a message that the venue expects regularly
 * @param answers answers to the server's messages; the first that applies is sent
 * @param streamsPerRequest the most streams in one request; default 100
 * @param sendsMsgpack whether messages to the server that are JSON are sent as MessagePack
 */
public record VenueProtocol(
        Opening opening, Heartbeat heartbeat, List<Answer> answers, int streamsPerRequest, boolean sendsMsgpack) {
    public static final int DEFAULT_STREAMS_PER_REQUEST = 100;
    /** A connection sends requests only. */
    public static final VenueProtocol NONE =
            new VenueProtocol(Opening.NONE, Heartbeat.NONE, List.of(), DEFAULT_STREAMS_PER_REQUEST, false);

    private static final int MAX_ANSWERS = 16;

    public VenueProtocol {
        answers = List.copyOf(answers);
        Checks checks = new Checks()
                .require(
                        answers.size() <= MAX_ANSWERS,
                        "messages/answers",
                        answers.size() + " answers",
                        "at most " + MAX_ANSWERS)
                .range("streamsPerRequest", streamsPerRequest, 1, 10_000);
        Pointers.check(checks, "ready", opening.ready().pointers());
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            String field = "messages/answers/" + i;
            Pointers.check(checks, field + "/when", answer.when().pointers());
            Pointers.check(checks, field + "/send", answer.pointers());
            checks.require(
                    !isAnswered(answer, answers),
                    field + "/send",
                    ProblemText.quoted(answer.send()) + ", which has itself the signs of a message to answer",
                    "an answer that a server cannot send back for ever");
        }
        checks.throwIfAny("venue");
    }

    /** The same protocol on a connection that is logged in; its messages to log in are over. */
    VenueProtocol loggedIn() {
        return opening.login().isNone()
                ? this
                : new VenueProtocol(
                        new Opening(opening.onConnect(), MessageSigns.NONE, 0),
                        heartbeat,
                        answers,
                        streamsPerRequest,
                        sendsMsgpack);
    }

    private static boolean isAnswered(Answer answer, List<Answer> answers) {
        String text = answer.text(pointer -> "0", 1, 1);
        JsonNode tree = JsonText.isJson(text) ? JsonText.tree(text, new ArrayList<>()) : null;
        JsonNode json = tree == null ? MissingNode.getInstance() : tree;
        return answers.stream().anyMatch(other -> other.when().has(text, json));
    }

    /** The pointers that are read in every message. */
    Set<String> pointers() {
        Set<String> pointers = new HashSet<>(opening.ready().pointers());
        answers.forEach(answer -> {
            pointers.addAll(answer.when().pointers());
            pointers.addAll(answer.pointers());
        });
        return pointers;
    }
}
