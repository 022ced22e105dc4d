package io.firstline.service;

import io.firstline.arbitration.report.GapFate;
import io.firstline.deploy.node.ReportJson;
import io.firstline.deploy.node.StatusKeys;
import io.firstline.feed.Feed;
import io.firstline.feed.report.FeedEvent;
import io.firstline.feed.report.FeedFact;
import io.firstline.feed.report.FeedReport;
import io.firstline.feed.report.GapReport;
import io.firstline.feed.report.StreamReport;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Receives feeds and prints each gap when it is healed or lost, and the totals of each stream at the end. */
@Command(
        name = "gaps",
        description =
                "Receives a feed and prints each gap in its venue's sequence numbers: which connections missed it and which one healed it.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing was lost",
            "1:messages were lost, or no connection was made",
            "2:bad input: nothing was started"
        })
final class GapsCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(GapsCommand.class);

    @Parameters(
            paramLabel = "URL|CONFIG|VENUE",
            description = "wss://… (ws:// for loopback hosts), a configuration file, or a venue with --stream")
    private String source;

    @Mixin
    private FeedOptions choice = new FeedOptions();

    @Mixin
    private TimeLimit time = new TimeLimit();

    @Option(names = "--json", description = "write gaps and streams as JSON, one object a line")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        Verbosity.warningsOnly();
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.toRead(choice.of(source, "gaps"))) {
            List<Feed> feeds = service.config().feeds().stream()
                    .flatMap(feed -> feed.parts().stream())
                    .map(service::open)
                    .toList();
            feeds.forEach(feed -> {
                feed.eventHandler(event -> onEvent(feed, event));
                // the feed logs each cause of a failed connection once and retries
                feed.start().onFailure(e -> LOG.debug("{} not connected yet", feed.name(), e));
            });
            time.waitFor(shutdown.asked());
            return tellEnd(feeds);
        }
    }

    /** Called on the event loop of the feed. */
    private void onEvent(Feed feed, FeedEvent event) {
        if (event.fact() instanceof FeedFact.Gap news && !json) {
            feed.gaps()
                    .onSuccess(gaps -> gaps.stream()
                            .filter(gap -> gap.stream().equals(news.stream()) && gap.from() == news.from())
                            .reduce((earlier, later) -> later)
                            .ifPresent(gap -> print(line(feed.name(), gap))))
                    .onFailure(e -> LOG.debug("{} gaps", feed.name(), e));
        }
    }

    private static String line(String feed, GapReport gap) {
        Instant at = Instant.EPOCH.plus(gap.openedMicros(), ChronoUnit.MICROS).truncatedTo(ChronoUnit.MILLIS);
        String what = gap.fate() == GapFate.HEALED
                ? String.format(
                        Locale.ROOT,
                        "healed by %s after %.1f ms",
                        gap.healedBy(),
                        (gap.closedMicros() - gap.openedMicros()) / 1_000.0)
                : gap.fate().name().toLowerCase(Locale.ROOT);
        return String.format(
                Locale.ROOT,
                "%s %s %s: %s %s; missed by %s",
                at,
                feed,
                gap.stream(),
                gap.from() == gap.to() ? "" + gap.from() : gap.from() + " to " + gap.to(),
                what,
                gap.lackedBy().isEmpty() ? "no known connection" : String.join(", ", gap.lackedBy()));
    }

    private int tellEnd(List<Feed> feeds) {
        boolean connected = false;
        long lost = 0;
        for (Feed feed : feeds) {
            FeedReport report = RunningService.await(feed.report(), 2);
            boolean was = report.published() > 0 || report.live() > 0 || report.lost() > 0;
            connected |= was;
            if (!was) {
                say("firstline: " + feed.name() + ": no connection, failures " + report.failures());
            }
            lost += report.ledger().stream().mapToLong(StreamReport::lostGaps).sum();
            if (json) {
                RunningService.await(feed.gaps(), 2)
                        .forEach(gap -> print(ReportJson.of(gap)
                                .put(StatusKeys.FEED, feed.name())
                                .encode()));
                report.ledger()
                        .forEach(stream -> print(ReportJson.of(stream)
                                .put(StatusKeys.FEED, feed.name())
                                .encode()));
            } else {
                report.ledger().forEach(stream -> print(line(feed.name(), stream)));
                if (was && report.ledger().isEmpty()) {
                    say("firstline: " + feed.name() + " has no stream names: add a \"venue\" that defines them");
                }
            }
        }
        RunningService.await(Future.join(feeds.stream().map(Feed::close).toList()), 4);
        return connected && lost == 0 ? Main.OK : Main.FAILED;
    }

    private static String line(String feed, StreamReport stream) {
        return String.format(
                Locale.ROOT,
                "%s %s: %s, %,d messages; gaps: %d healed, %d lost (%d numbers), %d open; %d conflicts",
                feed,
                stream.stream(),
                stream.proof(),
                stream.published(),
                stream.healedGaps(),
                stream.lostGaps(),
                stream.lostNumbers(),
                stream.openGaps(),
                stream.conflicts());
    }

    private synchronized void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private synchronized void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}
