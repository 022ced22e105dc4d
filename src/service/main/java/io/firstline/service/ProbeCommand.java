package io.firstline.service;

import io.firstline.config.ConnectTarget;
import io.firstline.config.Limit;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.WsPoolConfig;
import io.firstline.config.feed.FeedConfig;
import io.firstline.config.service.ServiceConfig;
import io.firstline.config.venue.Venue;
import io.firstline.connection.HostAddresses;
import io.firstline.feed.report.FeedReport;
import io.firstline.probe.ProbeOutcome;
import io.firstline.probe.ProbePlan;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares the paths to a server. */
@Command(
        name = "probe",
        description =
                "Opens a connection on every path to a server: each address of its host, from each local address, through "
                        + "each proxy. Measures 30 s, or as long as --for says, how long they take to open and how far each "
                        + "is behind the first copies, then ranks them and says which to keep. Opens at most as many "
                        + "connections as the limits of the venue allow.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:at least one path delivered",
            "1:no path delivered, or it failed while running",
            "2:bad input: nothing was started"
        })
final class ProbeCommand implements Callable<Integer> {
    private static final long DEFAULT_MS = 30_000;
    private static final long SAY_EVERY_MS = 5_000;
    private static final long NAMES_SECONDS = 10;
    /** The measured time begins with the first open connection, or after this time. */
    private static final long OPENING_MS = 10_000;

    @Parameters(
            paramLabel = "URL|CONFIG|VENUE",
            description = "wss://… (ws:// for loopback hosts), a configuration file, or a venue with --stream")
    private String source;

    @Mixin
    private FeedOptions choice = new FeedOptions();

    @Mixin
    private PathOptions paths = new PathOptions();

    @Mixin
    private TimeLimit time = new TimeLimit();

    @Option(names = "--json", description = "write one JSON object")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** The addresses of hosts, as far as they were asked for, and how long that took. */
    private final Map<String, HostAddresses> known = new HashMap<>();

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        Verbosity.warningsOnly();
        List<String> addresses = paths.addresses();
        ServiceConfig config = choice.of(source, "probe", paths.paths());
        check(onlyOne(config).pool().connection(), addresses);
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.toRead(config)) {
            FeedConfig feed = onlyOne(service.config());
            ProbePlan plan = plan(service.onVertx(), feed, addresses);
            if (plan.probed().isEmpty()) {
                say("%s", plan.text());
                return Main.FAILED;
            }
            say("%s, for %s", plan.text(), seconds(forMs()));
            WarmUp.run(service.onVertx(), shutdown.asked());
            RunningProbe probe = RunningProbe.start(service.onVertx(), plan, feed, this::dnsMs, forMs());
            TimeLimit.waitFor(CompletableFuture.anyOf(probe.started(), shutdown.asked()), OPENING_MS);
            long startNanos = System.nanoTime();
            await(probe, shutdown, startNanos);
            ProbeOutcome outcome = probe.outcome(msSince(startNanos) / 1e3);
            tell(outcome);
            probe.close();
            return outcome.delivered() ? Main.OK : Main.FAILED;
        }
    }

    private long forMs() {
        return time.ms() == Long.MAX_VALUE ? DEFAULT_MS : time.ms();
    }

    /** The first pool of the only feed. */
    private static FeedConfig onlyOne(ServiceConfig config) {
        if (config.feeds().size() != 1) {
            throw new BadInputException(
                    "CONFIG: found " + config.feeds().size() + " feeds, allowed: one; name it with" + " --feed, one of "
                            + config.feeds().stream().map(FeedConfig::name).toList());
        }
        return config.feeds().get(0).parts().get(0);
    }

    // the paths

    private static void check(WsConnectionConfig connection, List<String> addresses) {
        if (!addresses.isEmpty()
                && ConnectTarget.of(connection).stream().noneMatch(to -> isResolvedHere(connection, to))) {
            throw new BadInputException("--address: found with "
                    + (connection.endpoint().isNone()
                            ? "proxies, which resolve the host"
                            : "a venue whose endpoint names the server")
                    + ", allowed: only without");
        }
    }

    /** A proxy resolves the host itself; an endpoint names the server of each attempt, its own addresses are others. */
    private static boolean isResolvedHere(WsConnectionConfig connection, ConnectTarget to) {
        return to.path().proxy() == null && connection.endpoint().isNone();
    }

    private ProbePlan plan(Vertx vertx, FeedConfig feed, List<String> addresses) {
        WsConnectionConfig connection = feed.pool().connection();
        List<ConnectTarget> targets = ConnectTarget.of(connection);
        List<ConnectTarget> all = ProbePlan.paths(
                targets, to -> isResolvedHere(connection, to) ? addressesOf(vertx, host(to), addresses) : List.of());
        Stream<Limit> limits = Stream.of(Limit.What.CONNECTS, Limit.What.CONNECTIONS, Limit.What.STREAMS)
                .flatMap(what -> connection.limitsOf(what).stream())
                .filter(limit -> limit.scope() != Limit.Scope.CONNECTION);
        return ProbePlan.of(
                all,
                limits.toList(),
                feed.venue().equals(Venue.NONE) ? "the configuration allows" : "the venue allows",
                feed.subscriptions().streams().size(),
                forMs(),
                most());
    }

    private ProbePlan.Most most() {
        Integer wanted = choice.connections();
        return wanted == null
                ? new ProbePlan.Most(
                        WsPoolConfig.MAX_CONNECTIONS,
                        "a feed has at most " + WsPoolConfig.MAX_CONNECTIONS + " connections")
                : new ProbePlan.Most(wanted, "--connections allows " + wanted);
    }

    private static String host(ConnectTarget to) {
        return URI.create(to.url()).getHost();
    }

    /** Returns the addresses of a host in the order of their numbers; none if its name does not resolve. */
    private List<String> addressesOf(Vertx vertx, String host, List<String> named) {
        if (!named.isEmpty()) {
            return named;
        }
        return known.computeIfAbsent(host, any -> lookUp(vertx, host)).addresses().stream()
                .map(InetAddress::getHostAddress)
                .sorted()
                .toList();
    }

    /**
     * A name that does not resolve has no address: the attempts to connect say why. The second answer counts: the first
     * look-up of a process takes longer.
     */
    private static HostAddresses lookUp(Vertx vertx, String host) {
        return RunningService.await(
                HostAddresses.of(vertx, host)
                        .compose(first -> HostAddresses.of(vertx, host).otherwise(first))
                        .otherwise(new HostAddresses(List.of(), Double.NaN)),
                NAMES_SECONDS);
    }

    private double dnsMs(ConnectTarget to) {
        HostAddresses of = known.get(host(to));
        return of == null || HostAddresses.isAddress(host(to)) ? Double.NaN : of.tookMs();
    }

    // the wait

    private void await(RunningProbe probe, Shutdown shutdown, long startNanos)
            throws InterruptedException, ExecutionException {
        for (long left = forMs(); left > 0 && !shutdown.asked().isDone(); left = forMs() - msSince(startNanos)) {
            TimeLimit.waitFor(shutdown.asked(), Math.min(left, SAY_EVERY_MS));
            long leftMs = forMs() - msSince(startNanos);
            if (leftMs > 0 && !shutdown.asked().isDone()) {
                FeedReport report = probe.report();
                say(
                        "%d of %d paths open, %,d messages, %s left",
                        report.live(), report.target(), report.published(), seconds(leftMs));
            }
        }
    }

    private static long msSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private static String seconds(long ms) {
        return ms < 1_000 ? ms + " ms" : Math.round(ms / 1e3) + " s";
    }

    private void say(String format, Object... values) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("firstline: " + String.format(Locale.ROOT, format, values));
        err.flush();
    }

    private void tell(ProbeOutcome outcome) {
        PrintWriter out = spec.commandLine().getOut();
        List<String> lines = new ArrayList<>();
        if (json) {
            lines.add(outcome.toJson().encode());
        } else {
            lines.addAll(outcome.lines());
        }
        lines.forEach(out::println);
        out.flush();
    }
}
