package io.firstline.simulator;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The request of a client at connect.
 *
 * @param uri path and query as received
 * @param venue the entrance
 * @param combined whether messages are wrapped as {@code {"stream":…,"data":…}}
 * @param micros whether times are microseconds ({@code timeUnit=MICROSECOND})
 * @param streams the streams in the URI
 */
record RequestRoute(String uri, SimulatedVenue venue, boolean combined, boolean micros, List<String> streams) {

    private static final Pattern OKX_PATH = Pattern.compile("/ws/v5/(public|business)/?");
    private static final Pattern BYBIT_PATH = Pattern.compile("/v5/public/(spot|linear|inverse)/?");

    /**
     * Parses {@code [/public|/market](/ws[/a/b] | /stream[?streams=a/b])}, {@code /ws/v5/public},
     * {@code /v5/public/linear} and {@code /v2}; empty if the venue has no such path.
     */
    static Optional<RequestRoute> parse(String uri) {
        QueryStringDecoder decoder = new QueryStringDecoder(uri);
        String path = decoder.path();
        if (OKX_PATH.matcher(path).matches()) {
            return Optional.of(new RequestRoute(uri, SimulatedVenue.OKX, false, false, List.of()));
        }
        if (BYBIT_PATH.matcher(path).matches()) {
            return Optional.of(new RequestRoute(uri, SimulatedVenue.BYBIT, false, false, List.of()));
        }
        if (path.equals("/v2")) {
            return Optional.of(new RequestRoute(uri, SimulatedVenue.KRAKEN, false, false, List.of()));
        }
        SimulatedVenue venue = SimulatedVenue.SPOT;
        for (SimulatedVenue candidate : List.of(SimulatedVenue.PUBLIC, SimulatedVenue.MARKET)) {
            String prefix = "/" + candidate.name().toLowerCase(Locale.ROOT);
            if (path.startsWith(prefix + "/")) {
                venue = candidate;
                path = path.substring(prefix.length());
            }
        }
        boolean micros = query(decoder, "timeUnit").equalsIgnoreCase("MICROSECOND");
        if (path.equals("/ws") || path.startsWith("/ws/")) {
            return Optional.of(new RequestRoute(uri, venue, false, micros, streams(path.substring(3))));
        }
        if (path.equals("/stream") || path.equals("/stream/")) {
            return Optional.of(new RequestRoute(uri, venue, true, micros, streams(query(decoder, "streams"))));
        }
        return Optional.empty();
    }

    /** The route of any path in a replay. */
    static RequestRoute replay(String uri) {
        return new RequestRoute(uri, SimulatedVenue.REPLAY, false, false, List.of());
    }

    DataForm form() {
        return venue.form(micros);
    }

    private static String query(QueryStringDecoder decoder, String name) {
        return decoder.parameters().getOrDefault(name, List.of("")).get(0);
    }

    private static List<String> streams(String separatedBySlashes) {
        return Arrays.stream(separatedBySlashes.split("/"))
                .filter(stream -> !stream.isEmpty())
                .toList();
    }
}
