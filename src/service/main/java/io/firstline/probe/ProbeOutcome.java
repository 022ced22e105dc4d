package io.firstline.probe;

import io.firstline.connection.report.Path;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The findings of a probe, as a table and as JSON. Immutable.
 *
 * @param url the probed URL, secrets masked
 * @param plan which paths there are, and which could be probed
 * @param seconds how long was measured
 * @param messages how many different messages all paths brought
 * @param compared how many of them were compared: those of the first eighth of the time and of the last two
 *     seconds are not
 * @param pairs of indices of probed paths that probably lead to one server
 */
public record ProbeOutcome(
        String feed,
        String url,
        ProbePlan plan,
        double seconds,
        long messages,
        long compared,
        ProbeAdvice advice,
        List<SharedServers.Pair> pairs) {
    private static final String HEADS = " %8s %8s %8s %8s %9s %8s %10s %8s %8s %7s %7s  %s";

    public ProbeOutcome {
        pairs = List.copyOf(pairs);
    }

    /** Whether any path brought a message. */
    public boolean delivered() {
        return advice.ranked().stream().anyMatch(each -> each.path().delivers());
    }

    // for people

    /** The lines of the table and of the advice. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %s; %,d messages in %.1f s, %,d of them compared; times in ms",
                url,
                plan.text(),
                messages,
                seconds,
                compared));
        List<String> names = names();
        int width = names.stream().mapToInt(String::length).reduce(4, Math::max);
        String start = "%2s  %-" + width + "s";
        lines.add(String.format(
                start + HEADS,
                "",
                "path",
                "dns",
                "tcp",
                "tls",
                "upgrade",
                "ping p50",
                "p99",
                "first data",
                "lag p50",
                "p99",
                "first",
                "lost",
                "verdict"));
        for (int i = 0; i < names.size(); i++) {
            lines.add(row(advice.ranked().get(i), String.format(start, i + 1, names.get(i))));
        }
        lines.addAll(advice.advice());
        return lines;
    }

    private String row(ProbeAdvice.Ranked each, String start) {
        ProbedPath path = each.path();
        return start
                + String.format(
                        Locale.ROOT,
                        HEADS,
                        ms(path.times().dnsMs()),
                        ms(path.times().tcpMs()),
                        ms(path.times().tlsMs()),
                        ms(path.times().upgradeMs()),
                        ms(path.pingP50Ms()),
                        ms(path.pingP99Ms()),
                        ms(path.firstDataMs()),
                        ms(path.lags().p50Ms()),
                        ms(path.lags().p99Ms()),
                        path.delivers() ? percent(path.lags().wins(), compared) : "-",
                        path.delivers()
                                ? String.format(Locale.ROOT, "%,d", path.lags().losses())
                                : "-",
                        each.verdict().label());
    }

    /** The paths, without the host if it is the same for all. */
    private List<String> names() {
        boolean oneHost = advice.ranked().stream()
                        .map(each -> each.path().path().host())
                        .distinct()
                        .count()
                == 1;
        return advice.ranked().stream()
                .map(each -> each.path().path())
                .map(path -> oneHost ? withoutHost(path) : path.toString())
                .toList();
    }

    private static String withoutHost(Path path) {
        String rest = path.toString().substring(path.host().length()).strip();
        return rest.isEmpty() ? path.host() : rest.startsWith("at ") ? rest.substring("at ".length()) : rest;
    }

    private static String ms(double ms) {
        return Double.isNaN(ms) ? "-" : String.format(Locale.ROOT, "%,.2f", ms);
    }

    private static String percent(long part, long of) {
        return String.format(Locale.ROOT, "%.1f %%", of == 0 ? 0 : 100.0 * part / of);
    }

    // for programs

    /** The same as JSON; values that were not measured are null. */
    public JsonObject toJson() {
        JsonArray ranking = new JsonArray();
        advice.ranked().forEach(each -> ranking.add(json(each)));
        JsonArray shared = new JsonArray();
        pairs.forEach(pair -> shared.add(json(pair)));
        return new JsonObject()
                .put("feed", feed)
                .put("url", url)
                .put("paths", plan.paths())
                .put("probed", plan.probed().size())
                .put("allowed", plan.why().isEmpty() ? null : plan.why())
                .put("seconds", measured(seconds))
                .put("messages", messages)
                .put("compared", compared)
                .put("ranking", ranking)
                .put("shared", shared)
                .put("advice", new JsonArray(advice.advice()));
    }

    private static JsonObject json(ProbeAdvice.Ranked each) {
        ProbedPath path = each.path();
        return new JsonObject()
                .put("place", each.place())
                .put("path", path.path().toJson())
                .put("verdict", each.verdict().label())
                .put("attempts", path.attempts())
                .put("opened", path.opened())
                .put("ended", path.ended())
                .put("lastFailure", path.failure())
                .put("dnsMs", measured(path.times().dnsMs()))
                .put("tcpMs", measured(path.times().tcpMs()))
                .put("tlsMs", measured(path.times().tlsMs()))
                .put("upgradeMs", measured(path.times().upgradeMs()))
                .put("pingP50Ms", measured(path.pingP50Ms()))
                .put("pingP99Ms", measured(path.pingP99Ms()))
                .put("firstDataMs", measured(path.firstDataMs()))
                .put("lagP50Ms", measured(path.lags().p50Ms()))
                .put("lagP99Ms", measured(path.lags().p99Ms()))
                .put("copies", path.lags().copies())
                .put("wins", path.lags().wins())
                .put("losses", path.lags().losses());
    }

    /** Names paths by their places in the ranking. */
    private JsonObject json(SharedServers.Pair pair) {
        return new JsonObject()
                .put("places", new JsonArray().add(place(pair.a())).add(place(pair.b())))
                .put("correlation", measured(pair.correlation()))
                .put("closedTogether", pair.closes());
    }

    private int place(int index) {
        return advice.ranked().stream()
                .filter(each -> each.index() == index)
                .findFirst()
                .orElseThrow()
                .place();
    }

    private static Double measured(double value) {
        return Double.isNaN(value) ? null : (Double) (Math.round(value * 1_000) / 1_000.0);
    }
}
