package io.firstline.service;

import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.service.ServiceConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Runs the usual commands briefly, one with TLS, without output. The launcher starts it once in a JVM that records the
 * classes for later starts.
 */
final class StartTraining {
    /** The argument with which the launcher asks for it; no command of the help. */
    static final String ARGUMENT = "start-training";

    private static final long RUN_MS = 1_000;
    private static final long ANSWER_SECONDS = 10;

    private StartTraining() {}

    /** Returns {@link Main#OK} if all commands succeeded. */
    static int run() {
        Vertx vertx = RunningService.vertx();
        HttpServer server = RunningService.await(
                vertx.createHttpServer()
                        .webSocketHandler(socket -> socket.writeTextMessage("{\"id\":1}"))
                        .listen(0, "127.0.0.1"),
                ANSWER_SECONDS);
        String host = "://127.0.0.1:" + server.actualPort() + "/";
        Path config = ConfigFiles.file(null);
        int failed = Main.OK;
        if (isHarmless(config)) {
            long asks = vertx.setPeriodic(RUN_MS, again -> Shutdown.ask());
            failed += quietly("run", config.toString(), "--http-port", "0"); // before tail, which silences the log
            vertx.cancelTimer(asks);
        }
        failed +=
                quietly("--help") + quietly("check", config.toString()) + quietly("tail", "ws" + host, "--count", "1");
        quietly("tail", "wss" + host, "--for", "300ms"); // the server speaks no TLS
        RunningService.await(vertx.close(), ANSWER_SECONDS);
        return failed == Main.OK ? Main.OK : Main.FAILED;
    }

    /** Whether a configuration connects to nothing but the embedded exchange, so that it can run unasked. */
    static boolean isHarmless(Path file) {
        try {
            ServiceConfig config = ConfigFiles.read(file);
            return config.simulated().size() == config.feeds().size() && !config.isClustered();
        } catch (InvalidConfigException e) {
            return false;
        }
    }

    private static int quietly(String... args) {
        return Main.run(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), args);
    }
}
