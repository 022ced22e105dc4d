package io.firstline.relay;

import io.firstline.relay.dialect.ClientRequest;
import io.firstline.relay.dialect.PercentEncoding;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The relay's own protocol: {@code /feeds/btc} has all messages of the feed {@code btc}, {@code /feeds/btc?streams=a,b}
 * those of two streams. A client gets the payloads and nothing else, and says nothing.
 */
final class PlainProtocol implements ClientProtocol {
    private static final String STREAMS = "streams=";
    private static final String TOKEN = "token=";

    private final String path;
    private final boolean namesStreams;

    /** @param namesStreams whether the messages of the feed belong to streams with names */
    PlainProtocol(String feed, boolean namesStreams) {
        this.path = "/feeds/" + feed;
        this.namesStreams = namesStreams;
    }

    @Override
    public List<String> paths() {
        return List.of(path);
    }

    @Override
    public ClientSession open(String wanted, String query) {
        return wanted.equals(path) ? new Session(streams(query)) : null;
    }

    private Set<String> streams(String query) {
        if (query == null) {
            return null;
        }
        Set<String> streams = new LinkedHashSet<>();
        boolean named = false;
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith(STREAMS)) {
                named = true;
                for (String stream : parameter.substring(STREAMS.length()).split(",", -1)) {
                    streams.add(PercentEncoding.decoded(stream));
                }
            } else if (!parameter.isEmpty() && !parameter.startsWith(TOKEN)) {
                throw new IllegalArgumentException(
                        "found the parameter " + parameter.replaceFirst("=.*", "") + ", allowed: streams, token");
            }
        }
        if (named && (streams.isEmpty() || streams.contains(""))) {
            throw new IllegalArgumentException("streams: found an empty name, allowed: names separated by commas");
        }
        if (named && !namesStreams) {
            throw new IllegalArgumentException(
                    "streams: found " + streams + ", allowed: none, because the feed names no streams; a venue or"
                            + " \"streamPointer\" would name them");
        }
        return named ? streams : null;
    }

    /** A client of this protocol hears payloads only, so no request has an answer. */
    private record Session(Set<String> streams) implements ClientSession {
        @Override
        public ClientRequest read(String text) {
            return new ClientRequest.Unknown(text, Map.of());
        }

        @Override
        public List<String> accepted(ClientRequest request, Collection<String> streams) {
            return List.of();
        }

        @Override
        public String listed(ClientRequest request, Collection<String> wanted) {
            return null;
        }

        @Override
        public String refused(ClientRequest request, RefusalReason reason, String why) {
            return null;
        }
    }
}
