package io.firstline.service;

import io.firstline.config.check.FeedUrl;
import io.firstline.config.service.ServiceConfig;
import io.firstline.feed.Feed;
import io.firstline.feed.report.FeedReport;
import io.firstline.learn.ObservedMessages;
import io.firstline.learn.VenueProposal;
import io.firstline.recording.Entries;
import io.firstline.recording.RecordedEntry;
import io.firstline.recording.Recording;
import io.firstline.recording.RecordingException;
import io.firstline.stream.CopyListener;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
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

/** Proposes a venue profile from what several connections or a recording deliver. */
@Command(
        name = "learn",
        description = "Watches several connections, or reads a recording, and proposes a venue profile: which members "
                + "name streams, identify messages and count them, and which messages are control. Writes the profile to "
                + "standard output and the evidence to standard error.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:a profile was written",
            "1:no message was received, or it failed while running",
            "2:bad input: nothing was started"
        })
final class LearnCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(LearnCommand.class);
    private static final long TELL_SECONDS = 10;
    private static final long POLL_MS = 200;
    private static final long REPORT_SECONDS = 2;
    private static final long CLOSE_SECONDS = 4;

    @Parameters(
            arity = "1..*",
            paramLabel = "URL|DIR|FILE",
            description = "wss://… (ws:// for loopback hosts), a folder that record wrote, or .jsonl(.gz) files, one a "
                    + "connection")
    private List<String> sources;

    @Mixin
    private UrlOptions choice = new UrlOptions();

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "with a URL: watch this long (500ms, 30s, 5m, 1h), or until enough is received; default "
                    + "${DEFAULT-VALUE}",
            defaultValue = "60s")
    private Duration time;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "write the profile to FILE; default: to standard output")
    private Path out;

    @Option(names = "--force", description = "overwrite FILE if it exists")
    private boolean force;

    @Spec
    private CommandSpec spec;

    private final ObservedMessages observed = new ObservedMessages();

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        Verbosity.warningsOnly();
        checkOut();
        boolean live = sources.get(0).contains("://");
        if (live && sources.size() > 1) {
            throw new BadInputException("URL: found " + sources.size() + " sources, allowed: one URL");
        }
        String url = live ? watch(sources.get(0)) : read();
        PrintWriter err = spec.commandLine().getErr();
        if (observed.messages() == 0) {
            err.println("firstline: no message to learn from; " + observed.left() + " were too long, "
                    + observed.unreadable() + " are binary and hold no JSON");
            return Main.FAILED;
        }
        VenueProposal proposal = VenueProposal.of(observed);
        write(proposal.profile(url, LocalDate.now(ZoneOffset.UTC)));
        proposal.evidence().forEach(err::println);
        if (live && url.isEmpty()) {
            err.println("the URL may hold a secret and is not in the profile: add \"url\"");
        }
        err.flush();
        return Main.OK;
    }

    /** Refuses a file that cannot be written, before watching anything. */
    private void checkOut() {
        if (out == null) {
            return;
        }
        boolean exists = Files.exists(out);
        if (exists && !force) {
            throw new BadInputException("--out: found " + out + ", which exists, allowed: a new file, or --force");
        }
        try {
            Files.newOutputStream(out, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                    .close();
            if (!exists) {
                Files.delete(out); // nothing was learned yet
            }
        } catch (IOException e) {
            throw BadInputException.notWritable("--out", out, e);
        }
    }

    private void write(JsonObject profile) {
        if (out == null) {
            spec.commandLine().getOut().println(profile.encodePrettily());
            spec.commandLine().getOut().flush();
            return;
        }
        try {
            Files.writeString(out, profile.encodePrettily() + "\n");
        } catch (IOException e) {
            throw BadInputException.notWritable("--out", out, e);
        }
    }

    // a recording

    /** Reads the recordings. Returns their URL, empty if it is not known. */
    private String read() {
        try {
            List<Path> paths = sources.stream().map(Path::of).toList();
            List<Recording> recordings = paths.size() == 1 && Files.isDirectory(paths.get(0))
                    ? Recording.readFolder(paths.get(0))
                    : Recording.readAll(paths);
            for (int i = 0; i < recordings.size(); i++) {
                read("" + i, recordings.get(i));
            }
            return recordings.get(0).header() == null
                    ? ""
                    : shown(recordings.get(0).header().url());
        } catch (RecordingException e) {
            throw new BadInputException(e.getMessage());
        }
    }

    private void read(String connection, Recording recording) {
        try (Entries entries = recording.entries()) {
            for (RecordedEntry entry = entries.next(); entry != null; entry = entries.next()) {
                if (entry.isMessage()) {
                    observed.add(connection, entry.payload().getBytes(), entry.kind() == RecordedEntry.Kind.TEXT);
                }
            }
        }
    }

    /** A URL that may be shown as it is; empty if a part of it may be a secret. */
    private static String shown(String url) {
        return FeedUrl.masked(url).equals(url) && !url.contains("***") ? url : "";
    }

    // connections

    /** Watches the URL until the time is up, or enough was received. */
    private String watch(String url) throws InterruptedException, ExecutionException {
        ServiceConfig config = choice.of(url, "learn");
        PrintWriter err = spec.commandLine().getErr();
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.toRead(config)) {
            List<Feed> feeds = service.config().feeds().stream()
                    .flatMap(feed -> feed.parts().stream())
                    .map(service::open)
                    .toList();
            feeds.forEach(feed -> feed.copyListener(new Watched(observed))
                    .start()
                    .onFailure(e -> LOG.debug("{} not connected yet", feed.name(), e)));
            long startNanos = System.nanoTime();
            long end = time.toMillis();
            long toldMs = 0;
            long ms = 0;
            while (ms < end && !observed.isFull() && !shutdown.asked().isDone()) {
                TimeLimit.waitFor(shutdown.asked(), Math.min(POLL_MS, end - ms));
                ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
                if (ms - toldMs >= TimeUnit.SECONDS.toMillis(TELL_SECONDS)) {
                    toldMs = ms;
                    err.printf(
                            Locale.ROOT,
                            "firstline: %,d messages on %d connections after %d s%n",
                            observed.messages(),
                            observed.connections(),
                            TimeUnit.MILLISECONDS.toSeconds(ms));
                    err.flush();
                }
            }
            for (Feed feed : feeds) {
                feed.copyListener(null);
                FeedReport report = RunningService.await(feed.report(), REPORT_SECONDS);
                if (report.copies() == 0 && report.live() == 0) {
                    err.printf("firstline: %s: no connection, failures %s%n", report.feed(), report.failures());
                }
            }
            RunningService.await(Future.join(feeds.stream().map(Feed::close).toList()), CLOSE_SECONDS);
        }
        return shown(url);
    }

    /** Keeps the copies of every connection. */
    private record Watched(ObservedMessages observed) implements CopyListener {
        @Override
        public void opened(String connectionId) {
            // its messages follow
        }

        @Override
        public void copy(String connectionId, Buffer payload, boolean text, long arrivalNanos) {
            observed.add(connectionId, payload.getBytes(), text);
        }

        @Override
        public void closed(String connectionId, String why) {
            // its messages are kept
        }
    }
}
