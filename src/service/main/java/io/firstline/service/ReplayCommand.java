package io.firstline.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.firstline.config.check.Loopback;
import io.firstline.merge.Merge;
import io.firstline.recording.Recording;
import io.firstline.simulator.ExchangeSimulator;
import io.firstline.simulator.SimulatorConfig;
import io.vertx.core.Vertx;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Serves a recording as a WebSocket server, or merges it. */
@Command(
        name = "replay",
        description = {
            "Serves a recording as a WebSocket server: each client gets the messages of the next recorded connection, "
                    + "with the recorded pauses. All begin together, once as many clients are connected as connections were recorded. "
                    + "Ends when everything is served.",
            "With --merge: starts no server; merges the recording at its recorded times and writes the merged messages to "
                    + "standard output as JSON, one a line. The output is the same on every run."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything was served or merged, or ended by Ctrl-C",
            "1:failed while running",
            "2:bad input: nothing was started"
        })
final class ReplayCommand implements Callable<Integer> {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 4;
    private static final double MAX_SPEED = 1_000_000;

    @Parameters(
            arity = "1..*",
            paramLabel = "DIR|FILE",
            description =
                    "a folder that record wrote, or .jsonl(.gz) files, one a connection, with lines {\"t_us\":…,\"msg\":…}")
    private List<Path> sources;

    @Option(names = "--feed", paramLabel = "NAME", description = "the feed to replay, if the recording has several")
    private String feedName;

    @Option(
            names = "--speed",
            paramLabel = "X",
            description = "10 = ten times as fast; max or 0 = as fast as possible; default ${DEFAULT-VALUE}",
            defaultValue = "1")
    private String speed;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "begin when N clients are connected; default: the recorded number of connections")
    private Integer connections;

    @Option(names = "--host", paramLabel = "HOST", description = "default 127.0.0.1, or ::1 where there is only IPv6")
    private String host = Loopback.ADDRESS;

    @Option(names = "--port", paramLabel = "N", description = "default: any free port", defaultValue = "0")
    private int port;

    @Option(names = "--merge", description = "merge the recording instead of serving it")
    private boolean merge;

    @Option(
            names = "--venue",
            paramLabel = "NAME",
            description = "with --merge: the venue profile that identifies messages; default: by their bytes alone")
    private String venue;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "with --merge: write to FILE instead of standard output")
    private Path out;

    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ExecutionException, IOException {
        if (!merge && (venue != null || out != null)) {
            throw new BadInputException("--venue and --out: found without --merge, allowed: only with it");
        }
        Verbosity.warningsOnly();
        // Netty logs a stack trace when a client connects while the server closes
        ((Logger) LoggerFactory.getLogger("io.netty.bootstrap")).setLevel(Level.ERROR);
        List<Recording> recordings = RecordedFeed.of(sources, feedName);
        return merge ? merge(recordings) : serve(recordings);
    }

    // serving

    private int serve(List<Recording> recordings) throws InterruptedException, ExecutionException {
        SimulatorConfig config = config(recordings);
        PrintWriter console = spec.commandLine().getOut();
        Vertx vertx = RunningService.vertx();
        try (Shutdown shutdown = Shutdown.watch()) {
            ExchangeSimulator server = ExchangeSimulator.create(vertx, config);
            RunningService.await(server.start(), START_SECONDS);
            console.printf(
                    Locale.ROOT,
                    "%s serves %d recorded connections of %s; all begin when %d clients are connected; Ctrl-C ends it%n",
                    server.url("/"),
                    recordings.size(),
                    recordings.get(0).feed(),
                    config.awaitConnections());
            console.flush();
            CompletableFuture<Long> served = server.served().toCompletionStage().toCompletableFuture();
            boolean whole = CompletableFuture.anyOf(shutdown.asked(), served)
                    .handle((any, failure) -> failure == null)
                    .get();
            RunningService.await(server.close(), STOP_SECONDS);
            if (!whole) {
                RunningService.await(server.served(), STOP_SECONDS); // throws the cause
            }
            console.println(
                    served.isDone() ? String.format(Locale.ROOT, "%,d messages served", served.join()) : "stopped");
            console.flush();
            return Main.OK;
        } finally {
            RunningService.await(vertx.close(), STOP_SECONDS);
        }
    }

    private SimulatorConfig config(List<Recording> recordings) {
        try {
            return SimulatorConfig.of()
                    .withHost(host)
                    .withPort(port)
                    .withRecordings(recordings.stream()
                            .flatMap(recording -> recording.files().stream())
                            .toList())
                    .withReplaySpeed(speedFactor())
                    .withAwaitConnections(connections == null ? expected(recordings) : connections);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(e.getMessage());
        }
    }

    /** Connections that the feed opened later as replacements are not awaited at the start. */
    private static int expected(List<Recording> recordings) {
        Recording first = recordings.get(0);
        return first.header() == null
                ? recordings.size()
                : Math.min(recordings.size(), first.header().connections());
    }

    private double speedFactor() {
        if (speed.equals("max")) {
            return 0;
        }
        try {
            double factor = Double.parseDouble(speed);
            if (factor >= 0 && factor <= MAX_SPEED) {
                return factor;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new BadInputException("--speed: found " + speed + ", allowed: a number from 0 to 1000000, or max");
    }

    // merging

    private int merge(List<Recording> recordings) throws IOException {
        Merge merging = new Merge(recordings, venue, ConfigFiles.home().resolve("conf"));
        try (OutputStream file = out == null ? null : create()) {
            OutputStream lines = new BufferedOutputStream(file == null ? main.stdout() : file, 1 << 16);
            Merge.Result result = merging.run(lines);
            lines.flush();
            PrintWriter err = spec.commandLine().getErr();
            err.printf(Locale.ROOT, "firstline: %s: %s%n", recordings.get(0).feed(), result);
            err.flush();
        }
        return Main.OK;
    }

    private OutputStream create() {
        try {
            return Files.newOutputStream(out);
        } catch (IOException e) {
            throw BadInputException.notWritable("--out", out, e);
        }
    }
}
