package io.firstline.service;

import io.firstline.config.check.FeedUrl;
import io.firstline.config.service.ServiceConfig;
import io.firstline.feed.Feed;
import io.firstline.feed.report.FeedReport;
import io.firstline.replay.FeedSubscription;
import io.firstline.replay.SubscriptionOptions;
import io.firstline.replay.SubscriptionReport;
import io.firstline.stream.FeedMessage;
import io.firstline.stream.FeedStream;
import io.firstline.stream.Overflow;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
        name = "tail",
        description =
                "Writes the merged messages of a feed to standard output, one a line; all other output goes to standard error.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended by --count, --for, Ctrl-C, or because standard output was closed",
            "1:no connection was made, no message arrived from the cluster, or it failed while running",
            "2:bad input: nothing was started"
        })
final class TailCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(TailCommand.class);
    private static final int RING = 65_536;
    private static final long DRAIN_MS = 2_000;
    private static final long JOIN_SECONDS = 10;

    enum Format {
        RAW,
        JSON
    }

    @Parameters(
            paramLabel = "URL|CONFIG|VENUE",
            arity = "0..1",
            description =
                    "wss://… (ws:// for loopback hosts), a configuration file, or a venue with --stream; not needed "
                            + "with --cluster")
    private String source;

    @Mixin
    private ClusterListener cluster = new ClusterListener();

    @Mixin
    private FeedOptions choice = new FeedOptions();

    @Option(
            names = "--format",
            paramLabel = "raw|json",
            description =
                    "raw = the payload; json = an object with feed, sequence, connection, receivedMicros and text "
                            + "(or base64). Default ${DEFAULT-VALUE}",
            defaultValue = "raw")
    private Format format;

    @Option(names = "--count", paramLabel = "N", description = "end after N messages")
    private Long count;

    @Mixin
    private TimeLimit time = new TimeLimit();

    @Mixin
    private Verbosity verbosity = new Verbosity();

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        if (count != null && count < 1) {
            throw new BadInputException("--count: found " + count + ", allowed: 1 or more");
        }
        if (source == null && !cluster.isWanted()) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'URL|CONFIG|VENUE'");
        }
        verbosity.apply();
        LineWriter writer = new LineWriter(main.stdout(), this::line, count == null ? 0 : count);
        return cluster.isWanted() ? ofCluster(writer) : ofFeeds(choice.of(source, "tail"), writer);
    }

    /** Reads a feed that other nodes carry. */
    private int ofCluster(LineWriter writer) throws InterruptedException, ExecutionException {
        ServiceConfig config = ClusterListener.configuration(source);
        String name = ClusterListener.feed(choice.feedName(), config);
        SubscriptionOptions options = SubscriptionOptions.DEFAULT
                .withBuffer(RING, Overflow.DROP_OLDEST)
                .withFailover(cluster.failover())
                .withLastValues(cluster.wantsLastValues());
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.prepare(cluster.listening(config))) {
            FeedSubscription feed = FeedSubscription.of(service.onVertx(), name, options)
                    .exceptionHandler(e -> LOG.warn("{}", e.getMessage()));
            writer.read(List.of(feed.stream()));
            RunningService.await(feed.start(), JOIN_SECONDS);
            time.waitFor(CompletableFuture.anyOf(shutdown.asked(), writer.ended()));
            RunningService.await(feed.close(), JOIN_SECONDS);
            writer.stop();
            TimeLimit.waitFor(writer.ended(), DRAIN_MS);
            return tellEnd(name, RunningService.await(feed.report(), 2), writer.written());
        }
    }

    private int tellEnd(String feed, SubscriptionReport report, long written) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf(
                Locale.ROOT,
                "firstline: %s: %d messages, %d of them replayed, lost %d, repeated %d, owners changed %d, restarts %d; %d lines written%n",
                feed,
                report.delivered(),
                report.filled(),
                report.lost(),
                report.repeated(),
                report.takeovers(),
                report.restarts(),
                written);
        err.flush();
        return report.delivered() > 0 ? Main.OK : Main.FAILED;
    }

    private int ofFeeds(ServiceConfig config, LineWriter writer) throws InterruptedException, ExecutionException {
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.toRead(config)) {
            List<Feed> feeds = service.config().feeds().stream()
                    .flatMap(feed -> feed.parts().stream())
                    .map(service::open)
                    .toList();
            Map<Feed, FeedStream> streams = new LinkedHashMap<>();
            feeds.forEach(feed -> streams.put(feed, feed.stream(RING, Overflow.DROP_OLDEST)));
            writer.read(List.copyOf(streams.values()));
            // the feed logs each cause of a failed connection once and retries
            feeds.forEach(feed -> feed.start().onFailure(e -> LOG.debug("{} not connected yet", feed.name(), e)));
            time.waitFor(CompletableFuture.anyOf(shutdown.asked(), writer.ended()));
            List<FeedReport> reports = new ArrayList<>();
            streams.forEach((feed, stream) -> reports.add(RunningService.await(lastReport(feed, stream), 2)));
            writer.stop();
            TimeLimit.waitFor(writer.ended(), DRAIN_MS);
            return tellEnd(feeds, reports, writer.written());
        }
    }

    /** Detaches the stream and reports in one turn of the feed's loop: what is published later is not written. */
    private static Future<FeedReport> lastReport(Feed feed, FeedStream stream) {
        return feed.report().compose(onItsLoop -> {
            feed.detach(stream);
            return feed.report();
        });
    }

    private byte[] line(FeedMessage message) {
        return format == Format.RAW
                ? message.bytes()
                : message.toJson().encode().getBytes(StandardCharsets.UTF_8);
    }

    private int tellEnd(List<Feed> feeds, List<FeedReport> reports, long written) {
        PrintWriter err = spec.commandLine().getErr();
        boolean connected = false;
        for (FeedReport report : reports) {
            connected |= report.published() > 0 || report.live() > 0 || report.lost() > 0;
            err.printf(
                    Locale.ROOT,
                    "firstline: %s: %d messages from %d copies on %d connections to %s, dropped %s, failures %s; %d lines written%n",
                    report.feed(),
                    report.published(),
                    report.copies(),
                    report.live(),
                    FeedUrl.masked(report.url()),
                    report.dropped(),
                    report.failures(),
                    written);
        }
        Future<?> closed = Future.join(feeds.stream().map(Feed::close).toList());
        RunningService.await(closed, 4);
        err.flush();
        return connected || written > 0 ? Main.OK : Main.FAILED;
    }
}
