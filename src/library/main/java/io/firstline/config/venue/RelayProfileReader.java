package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads how a relay speaks to its clients. */
final class RelayProfileReader {
    private static final String RELAY = "/relay";

    private final VenueProblems problems;
    private final SignReader signs;

    RelayProfileReader(VenueProblems problems) {
        this.problems = problems;
        this.signs = new SignReader(problems);
    }

    RelayProfile profile(JsonNode relay) {
        if (relay.isMissingNode()) {
            return RelayProfile.NONE;
        }
        List<Answer> heartbeats = heartbeats(relay.path("heartbeats"));
        MessageSigns listWhen =
                signs.messages("/relay/list/when", relay.path("list").path("when"));
        List<RelayPath> paths = paths(relay.path("paths"));
        return problems.attempt(
                RELAY,
                () -> new RelayProfile(
                        ProfileJson.texts(relay.path("greetings")),
                        relay.path("subscribed").asText(),
                        relay.path(relay.has("unsubscribed") ? "unsubscribed" : "subscribed")
                                .asText(),
                        relay.path("refused").asText(),
                        ProfileJson.textsByKey(relay.path("codes")),
                        heartbeats,
                        listWhen,
                        relay.path("list").path("send").asText(),
                        Set.copyOf(ProfileJson.texts(relay.path("optional"))),
                        paths),
                RelayProfile.NONE);
    }

    private List<Answer> heartbeats(JsonNode heartbeats) {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < heartbeats.size(); i++) {
            JsonNode answer = heartbeats.get(i);
            String pointer = RELAY + "/heartbeats/" + i;
            MessageSigns when = signs.messages(pointer + "/when", answer.path("when"));
            answers.addAll(problems.attempt(
                    pointer, () -> List.of(new Answer(when, answer.path("send").asText())), List.of()));
        }
        return answers;
    }

    private List<RelayPath> paths(JsonNode paths) {
        List<RelayPath> known = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            JsonNode path = paths.get(i);
            known.addAll(problems.attempt(
                    RELAY + "/paths/" + i,
                    () -> List.of(new RelayPath(
                            path.path("path").asText(),
                            ProfileJson.constant(path.path("streams"), RelayPath.Streams.NONE),
                            path.path("match").asText(),
                            path.path("payload").asText())),
                    List.of()));
        }
        return known;
    }
}
