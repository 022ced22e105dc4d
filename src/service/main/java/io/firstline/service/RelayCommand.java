package io.firstline.service;

import io.firstline.config.service.RelayConfig;
import io.firstline.config.service.ServiceConfig;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves feeds to WebSocket clients until a signal arrives. */
@Command(
        name = "relay",
        description =
                "Serves the merged stream of a feed to WebSocket clients in any language, with the venue's own payloads.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ended by Ctrl-C or SIGTERM", "1:failed while running", "2:bad input: nothing was started"})
final class RelayCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "URL|CONFIG|VENUE",
            description = "wss://… (ws:// for loopback hosts), a configuration file, or a venue with --stream")
    private String source;

    @Mixin
    private FeedOptions choice = new FeedOptions();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "the port for clients, overrides CONFIG; default 9443; 0 = any free port")
    private Integer port;

    @Mixin
    private HttpPort httpPort;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        ServiceConfig config = httpPort.appliedTo(withRelay(choice.of(source, "relay")));
        try (PrintWriter out =
                        new PrintWriter(new BackgroundWriter(spec.commandLine().getOut()));
                Shutdown shutdown = Shutdown.watch();
                RunningService service = RunningService.prepare(config)) {
            shutdown.allow(service.shutdownDelay());
            service.config().summary().forEach(out::println);
            httpPort.serve(service, out);
            CompletableFuture<Void> deployed =
                    service.deploy().toCompletionStage().toCompletableFuture();
            CompletableFuture.anyOf(shutdown.asked(), deployed).get();
            out.println("running; Ctrl-C ends it");
            out.flush();
            shutdown.asked().get();
        }
        return Main.OK;
    }

    private ServiceConfig withRelay(ServiceConfig config) {
        RelayConfig relay = config.relay() == null ? RelayConfig.DEFAULT : config.relay();
        if (port != null && (port < 0 || port > HttpPort.HIGHEST)) {
            throw new BadInputException("--port: found " + port + ", allowed: 0 to " + HttpPort.HIGHEST);
        }
        return config.withRelay(port == null ? relay : relay.withPort(port));
    }
}
