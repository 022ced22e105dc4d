package io.firstline.config.venue;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/** Reads how a venue's messages are read. */
final class MessageFormatReader {
    private static final String MESSAGES = "/messages";

    private final VenueProblems problems;
    private final SignReader signs;

    MessageFormatReader(VenueProblems problems) {
        this.problems = problems;
        this.signs = new SignReader(problems);
    }

    MessageFormat format(JsonNode venue) {
        JsonNode messages = venue.path("messages");
        StreamNaming naming = new StreamNamingReader(problems).naming(messages);
        List<StreamClass> classes = new StreamClassReader(problems).classes(messages);
        MessageContent content = content(messages);
        MessageSigns control = signs.messages("/messages/control", messages.path("control"));
        Acks acks = acks(messages);
        Notices notices = notices(messages);
        VenueTimes times = times(messages, venue);
        VenueProtocol protocol = new VenueProtocolReader(problems).protocol(venue);
        return problems.attempt(
                MESSAGES,
                () -> new MessageFormat(naming, classes, content, control, acks, notices, times, protocol),
                MessageFormat.NONE);
    }

    private MessageContent content(JsonNode messages) {
        return problems.attempt(
                MESSAGES,
                () -> new MessageContent(
                        ProfileJson.constant(messages.path("payload"), PayloadEncoding.NONE),
                        ProfileJson.texts(messages.path("ignore")),
                        ProfileJson.texts(messages.path("line").path("last"))),
                MessageContent.NONE);
    }

    private Acks acks(JsonNode messages) {
        List<FieldMatcher> refusal = signs.fields("/messages/refusal", messages.path("refusal"));
        return problems.attempt(
                MESSAGES,
                () -> new Acks(
                        messages.path("ackId").asText(),
                        refusal,
                        ProfileJson.texts(messages.path("ackStream")),
                        messages.path("accepted").asText(),
                        messages.path("refused").asText()),
                Acks.NONE);
    }

    private Notices notices(JsonNode messages) {
        List<String> streams = new ArrayList<>();
        List<FieldMatcher> shutdown = new ArrayList<>();
        List<Integer> closeCodes = new ArrayList<>();
        for (int i = 0; i < messages.path("shutdown").size(); i++) {
            JsonNode item = messages.path("shutdown").get(i);
            String pointer = "/messages/shutdown/" + i;
            if (item.isTextual()) {
                streams.add(item.textValue());
            } else if (item.has("close") && item.has("at")) {
                problems.add(new Problem(pointer, "both a sign and close codes", "an entry for each of them"));
            } else if (item.has("close")) {
                item.path("close").forEach(code -> closeCodes.add(code.asInt()));
            } else {
                shutdown.addAll(signs.field(pointer, item));
            }
        }
        List<FieldMatcher> errors = signs.fields("/messages/errors", messages.path("errors"));
        return problems.attempt(
                MESSAGES,
                () -> new Notices(streams, shutdown, closeCodes, errors, ProfileJson.texts(messages.path("errorText"))),
                Notices.NONE);
    }

    private VenueTimes times(JsonNode messages, JsonNode venue) {
        EventTime event = eventTime(messages.path("eventTime"));
        boolean isWrong = event.at().isEmpty() && messages.has("eventTime");
        // an error of one must not cause an error of the other
        ServerTime server = isWrong ? ServerTime.NONE : serverTime(venue.path("serverTime"));
        return problems.attempt(MESSAGES, () -> new VenueTimes(server, event), VenueTimes.NONE);
    }

    private EventTime eventTime(JsonNode event) {
        return problems.attempt(
                "/messages/eventTime",
                () -> new EventTime(ProfileJson.texts(event.path("at")), unit(event)),
                EventTime.NONE);
    }

    private ServerTime serverTime(JsonNode server) {
        return problems.attempt(
                "/serverTime",
                () -> new ServerTime(
                        server.path("url").asText(),
                        server.path("pointer").asText(),
                        unit(server),
                        server.path("everyMs").asInt(ServerTime.DEFAULT_EVERY_MS)),
                ServerTime.NONE);
    }

    private static StampUnit unit(JsonNode time) {
        return ProfileJson.constant(time.path("unit"), StampUnit.MS);
    }
}
