package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/** Reads the requests of a profile. */
final class RequestsReader {
    private final VenueProblems problems;

    RequestsReader(VenueProblems problems) {
        this.problems = problems;
    }

    SubscribeTemplates requests(JsonNode venue) {
        RequestTemplate general = problems.attempt("", () -> general(venue), SubscribeTemplates.NONE.general());
        List<RequestTemplate> kinds = new ArrayList<>();
        for (int i = 0; i < venue.path("requests").size(); i++) {
            JsonNode kind = venue.path("requests").get(i);
            kinds.add(problems.attempt("/requests/" + i, () -> ofKind(kind, venue), general));
        }
        boolean replaces = venue.has("subscribeAll");
        if (replaces && (venue.has("subscribe") || venue.has("unsubscribe"))) {
            problems.add(new Problem(
                    "/subscribeAll",
                    "also \"subscribe\" or \"unsubscribe\"",
                    "either \"subscribeAll\", or \"subscribe\" and \"unsubscribe\""));
        }
        return problems.attempt(
                "",
                () -> new SubscribeTemplates(
                        List.of(),
                        general,
                        kinds,
                        replaces,
                        venue.path("requestBytes").asInt()),
                SubscribeTemplates.NONE);
    }

    private static RequestTemplate general(JsonNode venue) {
        return new RequestTemplate(
                "",
                venue.path(venue.has("subscribeAll") ? "subscribeAll" : "subscribe")
                        .asText(),
                venue.path("unsubscribe").asText(),
                venue.path("argument").asText(),
                0,
                venue.path("words").asText(),
                venue.path("nameWords").asInt());
    }

    /** The requests for one kind of streams; missing members are those of the venue. */
    private static RequestTemplate ofKind(JsonNode kind, JsonNode venue) {
        String subscribe = own(kind, venue, "subscribe").asText();
        boolean argues = kind.has("argument") || RequestTemplate.namesArguments(subscribe);
        return new RequestTemplate(
                kind.path("match").asText(),
                subscribe,
                own(kind, venue, "unsubscribe").asText(),
                argues ? own(kind, venue, "argument").asText() : "",
                kind.path("streamsPerRequest").asInt(),
                own(kind, venue, "words").asText(),
                own(kind, venue, "nameWords").asInt());
    }

    private static JsonNode own(JsonNode kind, JsonNode venue, String key) {
        return kind.has(key) ? kind.path(key) : venue.path(key);
    }
}
