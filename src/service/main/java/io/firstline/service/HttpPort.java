package io.firstline.service;

import io.firstline.config.service.HttpConfig;
import io.firstline.config.service.ServiceConfig;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** The option that sets the port of the operator's page, for every command that serves it. */
final class HttpPort {
    private static final long START_SECONDS = 10;
    static final int HIGHEST = 65_535;

    @Option(
            names = "--http-port",
            paramLabel = "N",
            description = "serve dashboard, health and metrics on this port, overrides CONFIG; 0 = any free port")
    private Integer port;

    /** Returns the configuration with the page on this port. */
    ServiceConfig appliedTo(ServiceConfig config) {
        if (port == null) {
            return config;
        }
        if (port < 0 || port > HIGHEST) {
            throw new BadInputException("--http-port: found " + port + ", allowed: 0 to " + HIGHEST);
        }
        HttpConfig http = config.http() == null ? HttpConfig.DEFAULT : config.http();
        return config.withHttp(http.withPort(port));
    }

    /** Starts the page, the TCP bridge and the relay, if configured, and prints their addresses; fails if one cannot start. */
    void serve(RunningService service, PrintWriter out) {
        String address = RunningService.await(service.serve(), START_SECONDS);
        if (address != null) {
            out.println("dashboard: " + address);
        }
        String management = service.managementUrl();
        if (management != null) {
            out.println("health and metrics: " + management);
        }
        String bridge = RunningService.await(service.bridge(), START_SECONDS);
        if (bridge != null) {
            out.println("TCP bridge: " + bridge);
        }
        String relay = RunningService.await(service.relay(), START_SECONDS);
        if (relay != null) {
            service.config().feeds().stream()
                    .filter(feed -> service.config().relay().serves(feed.name()))
                    .forEach(feed -> out.println("relay: " + relay + "/feeds/" + feed.name()));
        }
        out.flush();
    }
}
