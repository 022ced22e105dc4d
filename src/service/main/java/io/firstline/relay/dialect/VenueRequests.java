package io.firstline.relay.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.firstline.config.check.JsonText;
import io.firstline.config.venue.IdRule;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.RelayProfile;
import io.firstline.config.venue.RequestTemplate;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads what clients write in a venue's protocol, by the templates of its profile. Immutable. */
public final class VenueRequests {
    private static final List<String> IDS = List.of("/id", "/req_id", "/reqid");

    private final SubscribeTemplates requests;
    private final RelayProfile relay;
    private final String ackId;
    private final List<RequestPattern> subscribing = new ArrayList<>();
    private final List<RequestPattern> unsubscribing = new ArrayList<>();

    /**
     * Makes a reader for a venue.
     *
     * @throws IllegalArgumentException if the relay cannot speak its protocol, with the reason
     */
    public VenueRequests(Venue venue) {
        whyNot(venue).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        requests = venue.requests();
        relay = venue.relay();
        ackId = venue.format().acks().id();
        String idMember = ackId.lastIndexOf('/') == 0 ? ackId.substring(1) : "";
        List<RequestTemplate> kinds = Stream.concat(requests.kinds().stream(), Stream.of(requests.general()))
                .toList();
        add(subscribing, kinds, RequestTemplate::subscribe, idMember);
        add(unsubscribing, kinds, RequestTemplate::unsubscribe, idMember);
    }

    private void add(
            List<RequestPattern> patterns,
            List<RequestTemplate> kinds,
            Function<RequestTemplate, String> template,
            String idMember) {
        kinds.stream().filter(how -> !template.apply(how).isEmpty()).forEach(how -> {
            List<RequestTemplate> sharing = kinds.stream()
                    .filter(other -> template.apply(other).equals(template.apply(how)))
                    .toList();
            patterns.add(new RequestPattern(requests, template.apply(how), how, sharing, relay.optional(), idMember));
        });
    }

    /** Why the relay cannot speak a venue's protocol, though the plain one; empty = it can. */
    public static Optional<String> whyNot(Venue venue) {
        MessageFormat format = venue.format();
        if (venue.requests().of("").subscribe().isEmpty()
                && venue.requests().kinds().isEmpty()) {
            return Optional.of("its profile has no request to subscribe");
        }
        List<IdRule> ids = format.naming().ids();
        if (!ids.isEmpty()) {
            return Optional.of("its server names streams by ids that it gives to each connection");
        }
        if (format.protocol().sendsMsgpack()) {
            return Optional.of("its clients send MessagePack");
        }
        return switch (format.content().payload()) {
            case GZIP, ZLIB, DEFLATE ->
                Optional.of("its clients expect compressed messages, which a feed has decompressed");
            default -> Optional.empty();
        };
    }

    /** Reads a message of a client. */
    public ClientRequest read(String text) {
        JsonNode tree = JsonText.tree(text, new ArrayList<>());
        JsonNode json = tree == null ? MissingNode.getInstance() : tree;
        if (relay.isHeartbeat(text, json)) {
            return new ClientRequest.Heartbeat(text);
        }
        if (relay.listWhen().has(text, json)) {
            return new ClientRequest.ListSubscriptions(repeated(json, id(json)));
        }
        RequestPattern.Found found = found(subscribing, json);
        if (found != null) {
            Map<String, String> repeated = repeated(json, found.id());
            return requests.replaces()
                    ? new ClientRequest.Replace(found.streams(), repeated)
                    : new ClientRequest.Subscribe(found.streams(), repeated);
        }
        found = found(unsubscribing, json);
        return found != null
                ? new ClientRequest.Unsubscribe(found.streams(), repeated(json, found.id()))
                : new ClientRequest.Unknown(text, repeated(json, id(json)));
    }

    /** The values that answers repeat. */
    private Map<String, String> repeated(JsonNode json, String id) {
        Map<String, String> values = new HashMap<>();
        if (id != null) {
            values.put("id", id);
        }
        for (String pointer : relay.repeatedPointers()) {
            if (json.at(pointer).isValueNode()) {
                values.put(pointer, json.at(pointer).toString());
            }
        }
        return values;
    }

    private static RequestPattern.Found found(List<RequestPattern> patterns, JsonNode json) {
        return patterns.stream()
                .map(pattern -> pattern.read(json))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** The id of a request that is not read further, as JSON; null = none. */
    private String id(JsonNode json) {
        return Stream.concat(Stream.of(ackId), IDS.stream())
                .filter(pointer -> !pointer.isEmpty())
                .map(json::at)
                .filter(value -> value.isValueNode() && !value.isMissingNode())
                .map(JsonNode::toString)
                .findFirst()
                .orElse(null);
    }

    /** The answer to a heartbeat. */
    public String answered(ClientRequest.Heartbeat heartbeat, long epochMs) {
        JsonNode tree = JsonText.tree(heartbeat.text(), new ArrayList<>());
        return relay.answered(heartbeat.text(), tree == null ? MissingNode.getInstance() : tree, epochMs);
    }
}
