package io.firstline.config.feed;

import io.firstline.config.Limit;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.ProblemText;
import io.firstline.config.problem.Problem;
import io.firstline.config.venue.Heartbeat;
import io.firstline.config.venue.Limits;
import io.firstline.config.venue.SubscribeTemplates;
import io.firstline.config.venue.Venue;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks feeds against their venues' limits. A configuration that a venue would cut, ban or leave silent is rejected
 * before anything starts, with the figures. Pure functions.
 */
public final class Linter {
    /** A venue without data for this long is reported as silent, so subscribing must not take longer. */
    private static final int SUBSCRIBE_SECONDS = 10;
    /** Frames per second reserved for answers to the server's pings. */
    private static final int PONGS = 1;

    private Linter() {}

    /**
     * The problems of one feed, with pointers relative to the feed.
     *
     * @param ownUrl whether the feed configures its URL
     * @param maxShards the most pools it may have
     */
    static List<Problem> problems(FeedConfig feed, boolean ownUrl, int maxShards) {
        List<Problem> problems = new ArrayList<>();
        connections(feed, problems);
        frames(feed, problems);
        age(feed, problems);
        shards(feed, maxShards, problems);
        SharedLimitChecks.problems(List.of(feed)).forEach(excess -> problems.add(excess.of(feed)));
        furtherLimits(feed, problems);
        if (ownUrl) {
            routes(feed, problems);
        }
        return problems;
    }

    /** The problems of valid feeds together: feeds share the budgets of their hosts. */
    public static List<Problem> problemsTogether(List<FeedConfig> feeds) {
        Map<String, Integer> attempts = new LinkedHashMap<>();
        Map<String, Integer> limits = new LinkedHashMap<>();
        feeds.stream()
                .filter(Linter::isLimited)
                .flatMap(feed -> feed.parts().stream())
                .forEach(part -> {
                    WsConnectionConfig connection = part.pool().connection();
                    for (int i = 0; i < part.connections(); i++) {
                        String host = URI.create(connection.ofTurn(i).url()).getHost();
                        attempts.merge(host, 1, Integer::sum);
                        limits.merge(host, limit(connection), Math::min);
                    }
                });
        List<Problem> problems = new ArrayList<>();
        attempts.forEach((host, count) -> {
            if (count > limits.get(host)) {
                problems.add(new Problem(
                        "/feeds",
                        count + " connections to " + host,
                        "at most " + limits.get(host) + ", the limit of attempts there in 5 minutes"));
            }
        });
        Set<Limit> alone = feeds.stream()
                .flatMap(feed -> SharedLimitChecks.problems(List.of(feed)).stream())
                .map(SharedLimitChecks.Excess::limit)
                .collect(Collectors.toSet()); // reported with the feed
        SharedLimitChecks.problems(feeds).stream()
                .filter(excess -> !alone.contains(excess.limit()))
                .forEach(excess -> problems.add(excess.ofAll()));
        return problems;
    }

    /** More requests than a connection may send in one time of a limit would take several such times. */
    private static void furtherLimits(FeedConfig feed, List<Problem> problems) {
        int requests = mostRequests(feed);
        for (Limit limit : feed.pool().connection().limits()) {
            if (limit.what() == Limit.What.FRAMES && limit.scope() == Limit.Scope.CONNECTION) {
                pings(feed, limit, problems);
            }
            boolean counts = limit.what() == Limit.What.REQUESTS || limit.what() == Limit.What.FRAMES;
            int connections = limit.scope() == Limit.Scope.CONNECTION ? 1 : feed.connections();
            long most = limit.max() * Math.max(1L, SUBSCRIBE_SECONDS * 1_000L / Math.max(1, limit.perMs()));
            if (counts && (long) requests * connections > most) {
                problems.add(new Problem(
                        "/streams",
                        requests + " requests on each of " + connections
                                + (connections == 1 ? " connection" : " connections"),
                        "at most " + most + " on all of them: " + feed.venue().name() + " allows " + limit.text()));
            }
        }
    }

    /** Pings and heartbeats that a limit would delay measure nothing and keep nothing alive. */
    private static void pings(FeedConfig feed, Limit limit, List<Problem> problems) {
        int intervalMs = feed.pool().connection().latencyPingIntervalMs();
        Heartbeat heartbeat = feed.format().protocol().heartbeat();
        double sent = (double) limit.perMs() / intervalMs
                + (heartbeat.isNone() ? 0 : (double) limit.perMs() / heartbeat.everyMs());
        if (sent > limit.max()) {
            problems.add(new Problem(
                    "/latencyPingIntervalMs",
                    String.format(
                            Locale.ROOT,
                            "%d: %.0f pings and heartbeats of a connection in %s",
                            intervalMs,
                            sent,
                            limit.time()),
                    "at most " + limit.text()));
        }
    }

    /** The messages that one connection sends when it opens. */
    private static int mostRequests(FeedConfig feed) {
        return feed.parts().stream().mapToInt(Linter::requests).max().orElse(0)
                + feed.pool().connection().onConnect().size()
                + feed.format().protocol().opening().onConnect().size();
    }

    /**
     * A budget that is not the venue's is only our precaution: a larger number of connections merely opens more slowly.
     */
    private static boolean isLimited(FeedConfig feed) {
        return feed.venue().limits().connectsPer5Min() > 0;
    }

    private static int limit(WsConnectionConfig connection) {
        int limit = connection.retry().connectsPer5Min();
        return limit == 0 ? Integer.MAX_VALUE : limit;
    }

    private static void connections(FeedConfig feed, List<Problem> problems) {
        int most = feed.venue().limits().maxConnections();
        if (most > 0 && feed.connections() > most) {
            problems.add(new Problem(
                    "/connections",
                    feed.connections() + " connections with the same streams",
                    "at most " + most + " at " + feed.venue().name()));
        }
    }

    private static void frames(FeedConfig feed, List<Problem> problems) {
        WsConnectionConfig connection = feed.pool().connection();
        int budget = connection.framesPerSecond();
        if (budget == 0) {
            return;
        }
        Heartbeat heartbeat = feed.format().protocol().heartbeat();
        double heartbeats = heartbeat.isNone() ? 0 : 1_000.0 / heartbeat.everyMs();
        double pings = 1_000.0 / connection.latencyPingIntervalMs();
        double left = budget - PONGS - heartbeats - pings;
        if (left < 0) {
            double forPings = budget - PONGS - heartbeats;
            problems.add(new Problem(
                    "/latencyPingIntervalMs",
                    String.format(
                            Locale.ROOT,
                            "%d: %.1f pings a second, but a connection may send only %d frames a second",
                            connection.latencyPingIntervalMs(),
                            pings,
                            budget),
                    forPings > 0 ? "at least " + (long) Math.ceil(1_000 / forPings) : "a greater \"framesPerSecond\""));
            return;
        }
        int requests = mostRequests(feed);
        double perSecond = Math.max(0.1, left);
        if (requests > perSecond * SUBSCRIBE_SECONDS) {
            problems.add(new Problem(
                    "/streams",
                    String.format(
                            Locale.ROOT,
                            "%d requests on a connection, which take %.0f s at %.1f a second",
                            requests,
                            requests / perSecond,
                            perSecond),
                    "as many as fit into " + SUBSCRIBE_SECONDS + " s beside the pings: "
                            + (int) (perSecond * SUBSCRIBE_SECONDS)));
        }
    }

    private static int requests(FeedConfig part) {
        SubscribeTemplates how = part.subscriptions();
        return how.subscribing(how.streams(), part.format().protocol().streamsPerRequest())
                .size();
    }

    private static void age(FeedConfig feed, List<Problem> problems) {
        int most = feed.venue().limits().maxAgeMs();
        int wanted = feed.pool().maxAgeMs();
        if (feed.connections() == 1) {
            return;
        }
        if (most > 0 && (wanted == 0 || wanted >= most)) {
            problems.add(new Problem(
                    "/maxAgeMs",
                    Integer.toString(wanted),
                    "less than " + most + ": " + feed.venue().name() + " closes connections of that age"));
        }
        int attempts = feed.connections() * feed.parts().size();
        for (Limit limit : feed.pool().connection().limitsOf(Limit.What.CONNECTS)) {
            double rotations = wanted == 0 ? 0 : attempts * (double) limit.perMs() / wanted;
            if (rotations > limit.max()) {
                problems.add(new Problem(
                        "/maxAgeMs",
                        String.format(
                                Locale.ROOT, "%d, which opens %.0f connections in %s", wanted, rotations, limit.time()),
                        "an age that opens at most " + limit.max()));
                return; // one is enough
            }
        }
    }

    private static void shards(FeedConfig feed, int maxShards, List<Problem> problems) {
        Limits limits = feed.venue().limits();
        int count = feed.parts().size();
        int streams = feed.subscriptions().streams().size();
        if (count > maxShards) {
            problems.add(new Problem(
                    "/streams",
                    streams + " streams on " + count + " pools of " + feed.connections() + " connections ("
                            + feed.venue().name() + " allows "
                            + (limits.streamsOnOne() > 0
                                    ? limits.streamsOnOne() + " streams on a connection"
                                    : limits.charsPerConnection() + " characters of streams on a connection")
                            + ")",
                    (maxShards == 1 ? "one pool" : "at most " + maxShards + " pools")
                            + "; \"maxShards\" can be raised"));
        }
        List<String> named = feed.pool().connection().urls().stream()
                .map(Linter::inUrl)
                .max(Comparator.comparingInt(List::size))
                .orElseThrow();
        int most = limits.streamsOnOne();
        if (most > 0 && named.size() > most) {
            problems.add(new Problem(
                    "/url",
                    named.size() + " streams in one URL",
                    "at most " + most + " at " + feed.venue().name() + "; as \"streams\", they go to several pools"));
        }
    }

    /** A venue accepts a subscription on the wrong route, but never sends its messages. */
    private static void routes(FeedConfig feed, List<Problem> problems) {
        feed.pool().connection().urls().stream()
                .flatMap(url -> wrongRoute(feed, url).stream())
                .findFirst()
                .ifPresent(problems::add);
    }

    private static Optional<Problem> wrongRoute(FeedConfig feed, String url) {
        Venue venue = feed.venue();
        boolean oneOfTheVenues = Stream.concat(
                        venue.urls().stream(), venue.routes().stream().flatMap(route -> route.urls().stream()))
                .anyMatch(known -> isSamePlace(known, url));
        if (!oneOfTheVenues) {
            return Optional.empty();
        }
        List<String> streams = new ArrayList<>(feed.subscriptions().streams());
        streams.addAll(inUrl(url));
        for (String stream : streams) {
            List<String> right = venue.urlsOf(stream);
            if (!right.isEmpty() && right.stream().noneMatch(known -> isSamePlace(known, url))) {
                return Optional.of(new Problem(
                        "/url",
                        ProblemText.quoted(url) + ", where " + ProblemText.quoted(stream) + " is never sent",
                        right.get(0) + ", or no \"url\": the venue's profile then gives the right one"));
            }
        }
        return Optional.empty();
    }

    private static boolean isSamePlace(String a, String b) {
        return withoutQuery(a).equals(withoutQuery(b));
    }

    private static String withoutQuery(String url) {
        int query = url.indexOf('?');
        String place = query < 0 ? url : url.substring(0, query);
        return place.endsWith("/") ? place.substring(0, place.length() - 1) : place;
    }

    /** The streams that a URL itself names: {@code ?streams=a/b/c}. */
    private static List<String> inUrl(String url) {
        String query = URI.create(url).getQuery();
        if (query == null) {
            return List.of();
        }
        return Arrays.stream(query.split("&"))
                .filter(parameter -> parameter.startsWith("streams="))
                .flatMap(parameter ->
                        Arrays.stream(parameter.substring("streams=".length()).split("/")))
                .filter(stream -> !stream.isEmpty())
                .toList();
    }
}
