package io.firstline.service;

import io.firstline.arbitration.report.SubsetFigures;
import io.firstline.feed.Feed;
import io.firstline.feed.report.FeedReport;
import io.firstline.merge.Merge;
import io.firstline.recording.Recording;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what fewer connections would have delivered. */
@Command(
        name = "worth",
        description =
                "Compares the connections of a feed, as they deliver or as they were recorded: which of them would "
                        + "have been the best one, the best two and so on, and which messages these would have lost. A feed with \"connections\": "
                        + "{\"min\": 2, \"max\": 8} follows that by itself.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:connections were compared",
            "1:no message was received on several connections, or it failed while running",
            "2:bad input: nothing was started"
        })
final class WorthCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(WorthCommand.class);
    private static final long DEFAULT_MS = 60_000;
    private static final int SAMPLED_MESSAGES = 100_000;
    private static final long REPORT_SECONDS = 30;
    private static final long CLOSE_SECONDS = 4;

    @Parameters(
            arity = "1..*",
            paramLabel = "URL|CONFIG|VENUE|DIR|FILE",
            description =
                    "wss://… (ws:// for loopback hosts), a configuration file, a venue with --stream, a folder that "
                            + "record wrote, or .jsonl(.gz) files, one a connection")
    private List<String> sources;

    @Mixin
    private FeedOptions choice = new FeedOptions();

    @Mixin
    private TimeLimit time = new TimeLimit();

    @Option(
            names = "--added-ms",
            paramLabel = "X",
            description =
                    "fewer connections would do if they lose no more and add at most this to the 99th percentile; "
                            + "default ${DEFAULT-VALUE}",
            defaultValue = "1")
    private double addedMs;

    @Option(names = "--json", description = "write one JSON object for each feed")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /**
     * The comparison of a feed's connections.
     *
     * @param names of the connections, where a number says too little
     */
    private record Comparison(
            String feed,
            int connections,
            List<SubsetFigures> subsets,
            List<String> names,
            double seconds,
            double copiesPerSecond,
            double bytesPerSecond) {}

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        Verbosity.warningsOnly();
        if (!(addedMs >= 0)) {
            throw new BadInputException("--added-ms: found " + addedMs + ", allowed: 0 or more");
        }
        List<Comparison> comparisons = RecordedFeed.isNamedLikeOne(sources.get(0)) ? recorded() : live();
        boolean any = false;
        for (Comparison comparison : comparisons) {
            any |= !comparison.subsets().isEmpty();
            tell(comparison);
        }
        return any ? Main.OK : Main.FAILED;
    }

    // a recording

    private List<Comparison> recorded() {
        List<Recording> recordings =
                RecordedFeed.of(sources.stream().map(Path::of).toList(), choice.feedName());
        if (recordings.size() < 2) {
            throw new BadInputException(
                    "DIR|FILE: found a recording of one connection, allowed: of two or more, one file each");
        }
        Merge.Comparison of =
                new Merge(recordings, choice.venue(), ConfigFiles.home().resolve("conf")).compare();
        List<String> names = recordings.get(0).header() == null
                ? recordings.stream()
                        .map(recording -> recording.file().getFileName().toString())
                        .toList()
                : List.of();
        double seconds = of.nanos() / 1e9;
        return List.of(new Comparison(
                recordings.get(0).feed(),
                of.connections(),
                of.subsets(),
                names,
                seconds,
                of.copies() / seconds / of.connections(),
                of.bytes() / seconds / of.connections()));
    }

    // live connections

    private List<Comparison> live() throws InterruptedException, ExecutionException {
        if (sources.size() > 1) {
            throw new BadInputException("URL|CONFIG|VENUE: found " + sources.size() + " sources, allowed: one");
        }
        long forMs = time.ms() == Long.MAX_VALUE ? DEFAULT_MS : time.ms();
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.toRead(choice.of(sources.get(0), "worth"))) {
            List<Feed> feeds = service.config().feeds().stream()
                    .flatMap(feed -> feed.parts().stream())
                    .map(service::open)
                    .toList();
            for (Feed feed : feeds) {
                RunningService.await(feed.sampleArrivals(0, SAMPLED_MESSAGES), REPORT_SECONDS);
                // the feed logs each cause of a failed connection once and retries
                feed.start().onFailure(e -> LOG.debug("{} not connected yet", feed.name(), e));
            }
            TimeLimit.waitFor(shutdown.asked(), forMs);
            List<Comparison> comparisons = new ArrayList<>();
            for (Feed feed : feeds) {
                FeedReport report = RunningService.await(feed.report(), REPORT_SECONDS);
                comparisons.add(new Comparison(
                        feed.name(),
                        report.target(),
                        RunningService.await(feed.bestSubsets(), REPORT_SECONDS),
                        List.of(),
                        forMs / 1e3,
                        report.copies() * 1e3 / forMs / report.target(),
                        -1));
            }
            RunningService.await(Future.join(feeds.stream().map(Feed::close).toList()), CLOSE_SECONDS);
            return comparisons;
        }
    }

    // the answer

    private void tell(Comparison of) {
        PrintWriter out = spec.commandLine().getOut();
        SubsetFigures enough = enough(of.subsets());
        if (json) {
            out.println(json(of, enough).encode());
        } else if (of.subsets().isEmpty()) {
            out.println(of.feed()
                    + ": no message was received on several connections more than two seconds before the end");
        } else {
            table(of, enough, out);
        }
        out.flush();
    }

    /** The fewest connections that lose no more than all of them and are not much later; null if there are none. */
    private SubsetFigures enough(List<SubsetFigures> subsets) {
        long micros = Math.round(addedMs * TimeUnit.MILLISECONDS.toMicros(1));
        return subsets.stream()
                .filter(subset -> subset.lost() == 0 && subset.lagP99Micros() <= micros)
                .findFirst()
                .orElse(null);
    }

    private static void table(Comparison of, SubsetFigures enough, PrintWriter out) {
        SubsetFigures all = of.subsets().get(of.subsets().size() - 1);
        out.printf(
                Locale.ROOT,
                "%s: %,d messages on %d connections; lag behind the first copy of all%n",
                of.feed(),
                all.messages(),
                of.connections());
        out.printf("%11s %9s %12s %12s  %s%n", "connections", "lost", "lag p50", "p99", "the best of that number");
        for (SubsetFigures subset : of.subsets()) {
            out.printf(
                    Locale.ROOT,
                    "%11d %,9d %12s %12s  %s%n",
                    subset.connections().size(),
                    subset.lost(),
                    ms(subset.lagP50Micros()),
                    ms(subset.lagP99Micros()),
                    numbers(subset));
        }
        for (int i = 0; i < of.names().size(); i++) {
            out.printf(Locale.ROOT, "  %d = %s%n", i + 1, of.names().get(i));
        }
        out.printf(Locale.ROOT, "each connection costs %,.0f messages/s", of.copiesPerSecond());
        if (of.bytesPerSecond() >= 0) {
            out.printf(Locale.ROOT, " and %,.1f KB/s", of.bytesPerSecond() / 1_000);
        }
        out.println();
        if (enough == null || enough.connections().size() == of.connections()) {
            out.printf(Locale.ROOT, "fewer than %d would lose messages or be later%n", of.connections());
        } else {
            out.printf(
                    Locale.ROOT,
                    "%d of %d would do: p99 + %s, nothing lost in %,.0f s%s%n",
                    enough.connections().size(),
                    of.connections(),
                    ms(enough.lagP99Micros()),
                    of.seconds(),
                    enough.connections().size() == 1 ? "; keep 2: one alone loses messages when it ends" : "");
        }
    }

    private static String numbers(SubsetFigures subset) {
        return subset.connections().stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String ms(long micros) {
        return micros < 0 ? "-" : String.format(Locale.ROOT, "%,.3f ms", micros / 1_000.0);
    }

    private static JsonObject json(Comparison of, SubsetFigures enough) {
        JsonArray subsets = new JsonArray();
        of.subsets()
                .forEach(subset -> subsets.add(new JsonObject()
                        .put("connections", new JsonArray(subset.connections()))
                        .put("messages", subset.messages())
                        .put("lost", subset.lost())
                        .put("lagP50Micros", subset.lagP50Micros())
                        .put("lagP99Micros", subset.lagP99Micros())));
        JsonObject result = new JsonObject()
                .put("feed", of.feed())
                .put("connections", of.connections())
                .put("subsets", subsets)
                .put("copiesPerSecond", of.copiesPerSecond())
                .put(
                        "enough",
                        enough == null ? of.connections() : enough.connections().size());
        return of.bytesPerSecond() < 0 ? result : result.put("bytesPerSecond", of.bytesPerSecond());
    }
}
