package io.firstline.service;

import io.firstline.config.check.FeedUrl;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.ServiceConfig;
import io.firstline.feed.Feed;
import io.firstline.feed.report.FeedReport;
import io.firstline.recording.Recorder;
import io.firstline.recording.Recording;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Records the copies of every connection of a feed. */
@Command(
        name = "record",
        description = "Writes the messages of every connection of a feed to files in DIR, unmerged, until Ctrl-C; "
                + "firstline replay serves them again.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ended by --for or Ctrl-C",
            "1:no connection was made, copies were not recorded, or it failed while running",
            "2:bad input: nothing was started"
        })
final class RecordCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RecordCommand.class);
    private static final long PRINT_SECONDS = 10;
    private static final long REPORT_SECONDS = 2;
    private static final long CLOSE_SECONDS = 4;
    private static final long LEAST_FILE_BYTES = 1_000;

    @Parameters(
            index = "0",
            paramLabel = "URL|CONFIG",
            description = "wss://… (ws:// for loopback hosts), or a configuration file")
    private String source;

    @Parameters(
            index = "1",
            paramLabel = "DIR",
            description = "the folder to write to, one or more files for each connection; must not contain recordings")
    private Path folder;

    @Mixin
    private FeedOptions choice = new FeedOptions();

    @Mixin
    private TimeLimit time = new TimeLimit();

    @Option(
            names = "--max-file-bytes",
            paramLabel = "N",
            description = "begin a connection's next file after this number of compressed bytes; " + "default "
                    + Recorder.DEFAULT_MAX_FILE_BYTES)
    private long maxFileBytes = Recorder.DEFAULT_MAX_FILE_BYTES;

    @Mixin
    private Verbosity verbosity = new Verbosity();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        if (maxFileBytes < LEAST_FILE_BYTES) {
            throw new BadInputException(
                    "--max-file-bytes: found " + maxFileBytes + ", allowed: " + LEAST_FILE_BYTES + " or more");
        }
        verbosity.apply();
        ServiceConfig config = choice.of(source, "recorded");
        makeFolder();
        PrintWriter err = spec.commandLine().getErr();
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.toRead(config)) {
            Map<Feed, Recorder> recorders = new LinkedHashMap<>();
            service.config().feeds().stream()
                    .flatMap(feed -> feed.parts().stream())
                    .forEach(feed -> recorders.put(service.open(feed), recorder(feed)));
            recorders.forEach((feed, recorder) -> feed.copyListener(recorder)
                    .start()
                    .onFailure(e -> LOG.debug("{} not connected yet", feed.name(), e)));
            long end = time.ms();
            long startNanos = System.nanoTime();
            for (long left = end; left > 0 && !shutdown.asked().isDone(); left = end - msSince(startNanos)) {
                TimeLimit.waitFor(shutdown.asked(), Math.min(left, TimeUnit.SECONDS.toMillis(PRINT_SECONDS)));
                if (msSince(startNanos) < end && !shutdown.asked().isDone()) {
                    recorders.forEach((feed, recorder) -> print(err, report(feed), recorder.figures(), ""));
                }
            }
            return end(err, recorders);
        }
    }

    private static long msSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    /** Creates the folder. Rejects one with recordings: replay would serve them together with the new one. */
    private void makeFolder() {
        try {
            Files.createDirectories(folder, onlyForTheOwner());
        } catch (IOException e) {
            throw BadInputException.notWritable("DIR", folder, e);
        }
        if (!Files.isWritable(folder)) {
            throw BadInputException.notWritable("DIR", folder, new AccessDeniedException(folder.toString()));
        }
        if (!Recording.filesIn(folder).isEmpty()) {
            throw new BadInputException(
                    "DIR: found " + folder + " with recordings in it, allowed: a new folder, or one without");
        }
    }

    /** Access rights of created folders: a venue may send private messages. */
    private FileAttribute<?>[] onlyForTheOwner() {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private Recorder recorder(FeedConfig feed) {
        return Recorder.start(
                folder,
                feed.name(),
                feed.connections(),
                feed.subscriptions().streams(),
                FeedUrl.masked(feed.pool().connection().url()),
                maxFileBytes);
    }

    private static FeedReport report(Feed feed) {
        return RunningService.await(feed.report(), REPORT_SECONDS);
    }

    private static void print(PrintWriter err, FeedReport report, Recorder.Figures figures, String rest) {
        err.printf(
                Locale.ROOT,
                "firstline: %s: %,d copies of %,d messages recorded on %d connections, %,d bytes in %d files, "
                        + "%d copies not recorded (%d too fast, %d not writable)%s%n",
                report.feed(),
                figures.copies(),
                report.published(),
                report.live(),
                figures.bytes(),
                figures.files(),
                figures.behind() + figures.failed(),
                figures.behind(),
                figures.failed(),
                rest);
        err.flush();
    }

    /** Ends the recording before it closes the feed, so that our own closes are not in it. */
    private int end(PrintWriter err, Map<Feed, Recorder> recorders) {
        boolean connected = false;
        long notRecorded = 0;
        for (Map.Entry<Feed, Recorder> each : recorders.entrySet()) {
            Feed feed = each.getKey();
            feed.copyListener(null);
            FeedReport report = report(feed); // after the report, the recorder has every earlier copy
            each.getValue().close();
            Recorder.Figures figures = each.getValue().figures();
            print(err, report, figures, "; in " + folder);
            notRecorded += figures.behind() + figures.failed();
            boolean was = report.copies() > 0 || report.live() > 0 || report.lost() > 0;
            connected |= was;
            if (!was) {
                err.printf("firstline: %s: no connection, failures %s%n", report.feed(), report.failures());
            }
        }
        RunningService.await(
                Future.join(recorders.keySet().stream().map(Feed::close).toList()), CLOSE_SECONDS);
        if (notRecorded > 0) {
            err.printf(Locale.ROOT, "firstline: the recording is incomplete: %,d copies are missing%n", notRecorded);
        }
        err.flush();
        return connected && notRecorded == 0 ? Main.OK : Main.FAILED;
    }
}
