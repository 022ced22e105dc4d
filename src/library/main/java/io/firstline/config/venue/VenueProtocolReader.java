package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Reads what a connection sends besides requests. */
final class VenueProtocolReader {
    private final VenueProblems problems;
    private final SignReader signs;

    VenueProtocolReader(VenueProblems problems) {
        this.problems = problems;
        this.signs = new SignReader(problems);
    }

    VenueProtocol protocol(JsonNode venue) {
        Opening opening = opening(venue);
        Heartbeat heartbeat = heartbeat(venue.path("heartbeat"));
        List<Answer> answers = answers(venue.path("messages"));
        return problems.attempt(
                "",
                () -> new VenueProtocol(
                        opening,
                        heartbeat,
                        answers,
                        venue.path("streamsPerRequest").asInt(VenueProtocol.DEFAULT_STREAMS_PER_REQUEST),
                        venue.path("requestPayload").asText().equals("msgpack")),
                VenueProtocol.NONE);
    }

    private Opening opening(JsonNode venue) {
        MessageSigns ready = signs.messages("/ready", venue.path("ready"));
        int readyMs = venue.path("readyMs").asInt(ready.isNone() ? 0 : Opening.DEFAULT_READY_MS);
        Login login = login(venue.path("login"));
        return problems.attempt(
                "", () -> new Opening(ProfileJson.texts(venue.path("onConnect")), ready, readyMs, login), Opening.NONE);
    }

    private Login login(JsonNode login) {
        MessageSigns ok = signs.messages("/login/ok", login.path("ok"));
        MessageSigns refused = signs.messages("/login/refused", LoginReader.refusingMessages(login));
        return problems.attempt("/login", () -> LoginReader.login(login, ok, refused), Login.NONE);
    }

    private Heartbeat heartbeat(JsonNode heartbeat) {
        return problems.attempt(
                "/heartbeat",
                () -> new Heartbeat(
                        heartbeat.path("send").asText(),
                        heartbeat.path("everyMs").asInt(),
                        heartbeat.path("answered").asBoolean()),
                Heartbeat.NONE);
    }

    private List<Answer> answers(JsonNode messages) {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < messages.path("answers").size(); i++) {
            JsonNode answer = messages.path("answers").get(i);
            String pointer = "/messages/answers/" + i;
            MessageSigns when = signs.messages(pointer + "/when", answer.path("when"));
            answers.addAll(problems.attempt(
                    pointer, () -> List.of(new Answer(when, answer.path("send").asText())), List.of()));
        }
        return answers;
    }
}
