package io.firstline.relay;

import io.firstline.config.feed.FeedConfig;
import io.firstline.config.venue.RelayProfile;
import io.firstline.config.venue.Venue;
import io.firstline.relay.dialect.ClientPaths;
import io.firstline.relay.dialect.ClientPaths.Entrance;
import io.firstline.relay.dialect.ClientRequest;
import io.firstline.relay.dialect.PayloadPart;
import io.firstline.relay.dialect.VenueRequests;
import io.firstline.stream.FeedMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The protocol of the feed's venue, as its profile says: at the venue's own paths, and at the same paths below
 * {@code /feeds/NAME}, which tells the feeds of one venue apart. A client gets what it subscribes.
 */
final class VenueClientProtocol implements ClientProtocol {
    private final String below;
    private final Venue venue;
    private final VenueRequests requests;
    private final ClientPaths paths;
    private final LongSupplier epochMs;
    private final Map<String, PayloadPart> parts = new HashMap<>();

    private VenueClientProtocol(String feed, Venue venue, LongSupplier epochMs) {
        this.below = "/feeds/" + feed;
        this.venue = venue;
        this.requests = new VenueRequests(venue);
        this.paths = new ClientPaths(venue);
        this.epochMs = epochMs;
    }

    /**
     * The protocol of a feed's venue; empty if it has none that a relay can speak.
     *
     * @param epochMs the time for answers that have one
     */
    static Optional<ClientProtocol> of(FeedConfig feed, LongSupplier epochMs) {
        Venue venue = feed.venue();
        return venue == null || VenueRequests.whyNot(venue).isPresent()
                ? Optional.empty()
                : Optional.of(new VenueClientProtocol(feed.name(), venue, epochMs));
    }

    @Override
    public List<String> paths() {
        return paths.paths();
    }

    @Override
    public ClientSession open(String path, String query) {
        String known = path.startsWith(below + "/") ? path.substring(below.length()) : path;
        Optional<Entrance> entrance = paths.entrance(known, query);
        return entrance.isEmpty() ? null : new Session(entrance.get());
    }

    private final class Session implements ClientSession {
        private final Entrance entrance;
        private final PayloadPart part;

        Session(Entrance entrance) {
            this.entrance = entrance;
            this.part = parts.computeIfAbsent(entrance.path().payload(), PayloadPart::new);
        }

        private RelayProfile answers() {
            return venue.relay();
        }

        @Override
        public Set<String> streams() {
            return entrance.streams();
        }

        @Override
        public Object form() {
            return part;
        }

        @Override
        public byte[] payload(FeedMessage message) {
            return part.of(message.bytes());
        }

        @Override
        public ClientRequest read(String text) {
            return requests.read(text);
        }

        @Override
        public List<String> greetings() {
            return answers().greetings();
        }

        @Override
        public String shown(String stream) {
            return venue.format().naming().shown(venue.requests().shownName(stream));
        }

        @Override
        public List<String> accepted(ClientRequest request, Collection<String> streams) {
            long now = epochMs.getAsLong();
            if (request instanceof ClientRequest.Subscribe wanted) {
                return answers().subscribed(venue.requests(), wanted.streams(), streams, wanted.repeated(), now);
            }
            if (request instanceof ClientRequest.Replace wanted) {
                return answers().subscribed(venue.requests(), wanted.streams(), streams, wanted.repeated(), now);
            }
            if (request instanceof ClientRequest.Unsubscribe wanted) {
                return answers().unsubscribed(venue.requests(), wanted.streams(), streams, wanted.repeated(), now);
            }
            return request instanceof ClientRequest.Heartbeat heartbeat
                    ? List.of(requests.answered(heartbeat, now))
                    : List.of();
        }

        @Override
        public boolean answersEachStream() {
            return answers().answersEachStream();
        }

        @Override
        public String listed(ClientRequest request, Collection<String> streams) {
            return answers()
                    .listed(venue.requests(), new ArrayList<>(streams), request.repeated(), epochMs.getAsLong());
        }

        @Override
        public String refused(ClientRequest request, RefusalReason reason, String why) {
            long now = epochMs.getAsLong();
            return reason == RefusalReason.BY_VENUE
                    ? answers().refusedByVenue(reason.key(), why, request.repeated(), now)
                    : answers().refused(reason.key(), why, request.repeated(), now);
        }
    }
}
