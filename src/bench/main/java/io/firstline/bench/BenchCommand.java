package io.firstline.bench;

import io.firstline.bench.peers.PeerComparison;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.recording.RecordingException;
import io.firstline.service.AddedCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares the cost of arbitration with clients that only count. */
@Command(
        name = "bench",
        description =
                "Measures throughput, cost per copy and latency of pools and of clients that only count, in separate processes on this "
                        + "machine. The table goes to standard output, progress to standard error.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured, whatever the figures are",
            "1:failed while running",
            "2:bad input: nothing was started"
        })
public final class BenchCommand implements AddedCommand {
    private static final int MAX_ROUNDS = 100;

    @Option(names = "--quick", description = "fewer cells, shorter rounds: at most 90 seconds, for a first look")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "write all figures of all rounds to this file")
    private Path json;

    @Option(names = "--svg", paramLabel = "FILE", description = "write a plot of latencies and throughput to this file")
    private Path svg;

    @Option(
            names = "--only",
            paramLabel = "SECTION",
            split = ",",
            description = "only these sections, separated by commas: ${COMPLETION-CANDIDATES}")
    private Set<Section> only = EnumSet.noneOf(Section.class);

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "number of measurements of everything; default 5, quick 3")
    private Integer rounds;

    @Option(names = "--nio", description = "Java's own sockets, even if a native transport is available")
    private boolean nio;

    @Option(
            names = "--recording",
            paramLabel = "VENUE=FILE",
            description =
                    "also compare ways to merge on this recording of one connection, as if it were three; may be repeated")
    private List<String> recordings = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        check();
        List<PeerComparison.Recorded> recorded =
                recordings.stream().map(this::recorded).toList();
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        try (BenchProcesses processes = BenchProcesses.start()) {
            Report report = measure(processes, recorded, err);
            out.print(ReportText.of(report));
            out.flush();
            if (json != null) {
                Files.writeString(json, report.toJson().encodePrettily() + "\n");
            }
            if (svg != null) {
                Files.writeString(svg, SvgPlot.of(report));
            }
        }
        return 0;
    }

    /** Checks the output files first, because a run takes minutes. */
    private void check() {
        if (rounds != null && (rounds < 1 || rounds > MAX_ROUNDS)) {
            throw new ParameterException(
                    spec.commandLine(), "--rounds: found " + rounds + ", allowed: 1 to " + MAX_ROUNDS);
        }
        if (!recordings.isEmpty() && !sections().contains(Section.PEERS)) {
            throw new ParameterException(
                    spec.commandLine(), "--recording: found without PEERS in --only, allowed: with PEERS");
        }
        for (Path file : new Path[] {json, svg}) {
            if (file != null && !Files.isDirectory(file.toAbsolutePath().getParent())) {
                throw new ParameterException(spec.commandLine(), file + ": its folder does not exist");
            }
        }
    }

    private Set<Section> sections() {
        return only.isEmpty() ? Plan.sections(quick) : EnumSet.copyOf(only);
    }

    private PeerComparison.Recorded recorded(String venueAndFile) {
        int sign = venueAndFile.indexOf('=');
        try {
            if (sign > 0) {
                PeerComparison.Recorded recorded = PeerComparison.Recorded.read(
                        Path.of(venueAndFile.substring(sign + 1)), venueAndFile.substring(0, sign));
                if (!recorded.isOfTheVenue()) {
                    spec.commandLine()
                            .getErr()
                            .println("--recording " + venueAndFile
                                    + ": the profile finds the stream of no message: is it another venue's?");
                }
                return recorded;
            }
        } catch (InvalidPathException | RecordingException | InvalidConfigException e) {
            throw new ParameterException(spec.commandLine(), "--recording " + venueAndFile + ": " + e.getMessage(), e);
        }
        throw new ParameterException(
                spec.commandLine(), "--recording: found \"" + venueAndFile + "\", allowed: VENUE=FILE");
    }

    private Report measure(BenchProcesses processes, List<PeerComparison.Recorded> recorded, PrintWriter err) {
        Set<Section> sections = sections();
        Pace pace = quick ? Pace.QUICK : Pace.FULL;
        pace = rounds == null ? pace : pace.withRounds(rounds);
        List<Cell> cells = Plan.cells(sections, quick);
        Clocks clocks = Clocks.compare(processes.server());
        Consumer<String> progress = line -> {
            err.println(line);
            err.flush();
        };
        Rounds run = new Rounds(processes.server(), processes::client, pace, !nio, progress);
        int done = run.run(cells);
        Startup.Times startup = sections.contains(Section.STARTUP)
                ? Startup.measure(processes.server(), pace.rounds(), progress)
                : Startup.Times.NONE;
        List<PeerComparison.Table> peers = new ArrayList<>();
        if (sections.contains(Section.PEERS)) {
            peers.add(PeerComparison.run(pace.rounds(), pace.peerSeconds(), progress));
            recorded.forEach(recording -> peers.add(PeerComparison.run(recording, progress)));
        }
        RelayRows.Rates relay =
                sections.contains(Section.RELAY) ? RelayRows.measure(pace, !nio, progress) : RelayRows.Rates.NONE;
        NodeRows.Rates nodes =
                sections.contains(Section.NODES) ? NodeRows.measure(pace, !nio, progress) : NodeRows.Rates.NONE;
        return new Report(
                Machine.here(),
                clocks,
                run.transport(),
                done,
                quick,
                Instant.now(),
                run.results(),
                startup,
                peers,
                relay,
                nodes);
    }
}
