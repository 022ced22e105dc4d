package io.firstline.relay.dialect;

import io.firstline.config.venue.RelayPath;
import io.firstline.config.venue.RelayPath.Streams;
import io.firstline.config.venue.Venue;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The paths where clients find a venue's protocol, and the streams that they name there. Immutable. */
public final class ClientPaths {
    private static final String PARAMETER = "streams=";

    private final List<RelayPath> paths;

    /** A path of the venue, and the streams that a client names in it. */
    public record Entrance(RelayPath path, Set<String> streams) {}

    /** The paths that a profile names, or those of its URLs. */
    public ClientPaths(Venue venue) {
        List<RelayPath> own = venue.relay().paths();
        paths = own.isEmpty()
                ? Stream.concat(venue.urls().stream(), venue.routes().stream().flatMap(route -> route.urls().stream()))
                        .map(ClientPaths::path)
                        .distinct()
                        .map(path -> new RelayPath(path, Streams.NONE, "", ""))
                        .toList()
                : own;
    }

    private static String path(String url) {
        String path = URI.create(url.replaceAll("[?#].*", "")).getPath();
        return path.isEmpty() ? "/" : path;
    }

    /** All paths, for people. */
    public List<String> paths() {
        return paths.stream().map(RelayPath::path).toList();
    }

    /**
     * The path at which a client has connected; empty = at none of these paths.
     *
     * @param path percent-encoded
     * @param query percent-encoded; null = none
     */
    public Optional<Entrance> entrance(String path, String query) {
        for (RelayPath each : paths) {
            String known = each.path().endsWith("/") ? each.path() : each.path() + "/";
            boolean isHere = path.equals(each.path()) || (path + "/").equals(known) || path.equals(known);
            if (isHere) {
                return Optional.of(new Entrance(
                        each, each.streams() == Streams.QUERY ? streams(each, names(parameter(query))) : Set.of()));
            }
            if (each.streams() == Streams.PATH && path.startsWith(known)) {
                List<String> names = names(path.substring(known.length()));
                Set<String> streams = streams(each, names);
                if (names.size() == 1 || !streams.isEmpty()) { // otherwise it may be the path of another venue
                    return Optional.of(new Entrance(each, streams));
                }
            }
        }
        return Optional.empty();
    }

    private static String parameter(String query) {
        return query == null
                ? ""
                : Arrays.stream(query.split("&", -1))
                        .filter(parameter -> parameter.startsWith(PARAMETER))
                        .map(parameter -> parameter.substring(PARAMETER.length()))
                        .findFirst()
                        .orElse("");
    }

    private static List<String> names(String separatedBySlashes) {
        return Arrays.stream(PercentEncoding.decoded(separatedBySlashes).split("/", -1))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** The names that are names of streams: a client may have put something else there, such as a number. */
    private static Set<String> streams(RelayPath path, List<String> names) {
        Pattern match = Pattern.compile(path.match());
        return names.stream()
                .filter(name -> match.matcher(name).find())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
