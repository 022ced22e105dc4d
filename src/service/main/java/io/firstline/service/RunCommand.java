package io.firstline.service;

import io.firstline.config.service.ServiceConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a configuration until a signal arrives. */
@Command(
        name = "run",
        description = "Deploys every feed of CONFIG and runs until Ctrl-C.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ended by Ctrl-C or SIGTERM", "1:failed while running", "2:bad input: nothing was started"})
final class RunCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "CONFIG",
            arity = "0..1",
            description = "a configuration file (JSON); default: conf/config.json of the installation")
    private Path file;

    @Option(names = "--no-watch", description = "do not apply changes of the configuration files while it runs")
    private boolean frozen;

    @Mixin
    private HttpPort httpPort;

    @Mixin
    private ClusterOptions clusterOptions;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        try (PrintWriter out =
                new PrintWriter(new BackgroundWriter(spec.commandLine().getOut()))) {
            run(out);
        }
        return Main.OK;
    }

    private void run(PrintWriter out) throws InterruptedException, ExecutionException {
        String fingerprint = ConfigFiles.fingerprint(file);
        try (Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.prepare(read());
                ConfigWatch watch =
                        new ConfigWatch(service.onVertx(), file, fingerprint, () -> checked(service), service::apply);
                HangupSignal hangup = new HangupSignal()) {
            shutdown.allow(service.shutdownDelay());
            service.config().summary().forEach(out::println);
            httpPort.serve(service, out);
            out.flush();
            CompletableFuture<Void> deployed = service.deploy()
                    .onSuccess(v -> {
                        out.println("running; Ctrl-C ends it");
                        out.flush();
                    })
                    .toCompletionStage()
                    .toCompletableFuture();
            CompletableFuture.anyOf(shutdown.asked(), deployed).get();
            hangup.calls(watch::reload);
            if (!frozen) {
                watch.start();
            }
            Object why = CompletableFuture.anyOf(shutdown.asked(), service.senseless())
                    .get();
            if (why != null) {
                throw new IllegalStateException(why.toString());
            }
        }
        out.println("stopped");
    }

    private ServiceConfig read() {
        return clusterOptions.appliedTo(httpPort.appliedTo(ConfigFiles.read(file)));
    }

    /** Reads the file as it is now, with the same checks as at start-up. */
    private ServiceConfig checked(RunningService service) {
        ServiceConfig config = read();
        if (!Objects.equals(config.simulator(), service.config().simulator())) {
            RunningService.checkSimulator(config);
        }
        return config;
    }
}
