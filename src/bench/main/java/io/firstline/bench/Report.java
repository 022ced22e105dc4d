package io.firstline.bench;

import io.firstline.bench.peers.PeerComparison;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * All results of a run.
 *
 * @param rounds number of completed rounds
 * @param quick whether it was the short run, which is for a first look only
 */
record Report(
        Machine machine,
        Clocks clocks,
        String transport,
        int rounds,
        boolean quick,
        Instant when,
        Results results,
        Startup.Times startup,
        List<PeerComparison.Table> peers,
        RelayRows.Rates relay,
        NodeRows.Rates nodes) {

    List<Goal> goals() {
        return Goal.of(results, startup, relay, nodes);
    }

    /** The machine-readable form: each figure with its median, extremes and rounds. */
    JsonObject toJson() {
        JsonArray cells = new JsonArray();
        for (Cell cell : results.cells()) {
            JsonObject figures = new JsonObject();
            for (Metric figure : Metric.values()) {
                Spread spread = results.spread(cell, figure);
                if (spread.isKnown()) {
                    figures.put(name(figure), json(spread).put("rounds", new JsonArray(results.values(cell, figure))));
                }
            }
            cells.add(new JsonObject()
                    .put("section", cell.section().name().toLowerCase(Locale.ROOT))
                    .put("variant", cell.variant().label())
                    .put("encryption", cell.encryption().label())
                    .put("tlsEngine", results.tlsEngine(cell))
                    .put("feeds", cell.feeds())
                    .put("connections", cell.connections())
                    .put("load", cell.load().label())
                    .put("profile", cell.load().form().label())
                    .put("equalPercent", cell.load().equalPercent())
                    .put("serverWasTheLimit", results.isServerLimited(cell))
                    .put("figures", figures));
        }
        JsonArray goals = new JsonArray();
        for (Goal goal : goals()) {
            JsonObject json = new JsonObject()
                    .put("name", goal.name())
                    .put("atMost", goal.atMost())
                    .put("target", goal.target())
                    .put("moonshot", goal.moonshot())
                    .put("verdict", goal.verdict());
            if (goal.found().isKnown()) {
                json.put("found", json(goal.found()));
            }
            goals.add(json);
        }
        return new JsonObject()
                .put("when", when.truncatedTo(ChronoUnit.SECONDS).toString())
                .put("quick", quick)
                .put("rounds", rounds)
                .put("machine", machine.toJson())
                .put("transport", transport)
                .put("clocksAgree", clocks.agree())
                .put("clocksOffMicros", clocks.offMicros())
                .put("clocksUncertainMicros", clocks.uncertainMicros())
                .put("goals", goals)
                .put("cells", cells)
                .put("relay", relay.toJson())
                .put(
                        "relayPaced",
                        new JsonArray(relay.paced().stream()
                                .map(PacedRelay.Row::toJson)
                                .toList()))
                .put("nodes", nodes.toJson())
                .put("startupMs", new JsonArray(startup.firstlineMs()))
                .put("minimalStartupMs", new JsonArray(startup.minimalMs()))
                .put(
                        "peers",
                        new JsonArray(
                                peers.stream().map(PeerComparison.Table::toJson).toList()));
    }

    private static JsonObject json(Spread spread) {
        return new JsonObject()
                .put("median", spread.median())
                .put("min", spread.min())
                .put("max", spread.max());
    }

    /** Converts {@code P50_MICROS} to {@code p50Micros}. */
    static String name(Metric figure) {
        StringBuilder name = new StringBuilder();
        for (String word : figure.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }
}
