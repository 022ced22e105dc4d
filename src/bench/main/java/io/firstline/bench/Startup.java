package io.firstline.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The time from the launch of a process to the first message on its standard output. Compares our command line with a
 * pool of five, started by the launcher, with the smallest Vert.x program with one WebSocket, on the same JDK and class
 * path.
 */
final class Startup {
    private static final String MAIN = "io.firstline.service.Main";

    /** Milliseconds in the order of the rounds. */
    record Times(List<Double> firstlineMs, List<Double> minimalMs) {
        static final Times NONE = new Times(List.of(), List.of());

        Spread ratio() {
            return Results.ratio(firstlineMs, minimalMs);
        }
    }

    private Startup() {}

    static Times measure(Participant server, int rounds, Consumer<String> progress) {
        String url = "ws://127.0.0.1:" + server.ask("where").getInteger("port") + "/";
        server.ask(new JsonObject()
                .put("do", "start")
                .put("load", Load.paced(1_000).toJson()));
        List<Double> firstline = new ArrayList<>();
        List<Double> minimal = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            double ours = firstByteMs(() -> firstline(url), round == 0);
            double theirs = firstByteMs(
                    () -> ChildProcess.launch(Redirect.DISCARD, List.of(), Child.class.getName(), "minimal", url),
                    round == 0);
            if (round > 0) { // the first round fills the file cache and the launcher's class archive
                firstline.add(ours);
                minimal.add(theirs);
            }
            progress.accept(String.format(
                    Locale.ROOT, "startup: round %d, %.0f ms, minimal program %.0f ms", round, ours, theirs));
        }
        server.ask("stop");
        return new Times(firstline, minimal);
    }

    private static Process firstline(String url) {
        String home = System.getProperty("firstline.home");
        String[] arguments = {"tail", url, "--connections", "5", "--count", "1"};
        Optional<Path> launcher = home == null
                ? Optional.empty()
                : Stream.of("launcher", "bin") // in a checkout, in an installation
                        .map(folder -> Path.of(home, folder, "firstline"))
                        .filter(Files::isExecutable)
                        .findFirst();
        if (launcher.isEmpty()) {
            return ChildProcess.launch(Redirect.DISCARD, List.of(), MAIN, arguments);
        }
        List<String> command = new ArrayList<>();
        command.add(launcher.get().toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.DISCARD);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Launches a process. */
    @FunctionalInterface
    private interface Launch {
        Process start();
    }

    /**
     * Launches a process and waits for output.
     *
     * @param orderly whether the process may end in order, and save data for the next start, before it is killed
     */
    private static double firstByteMs(Launch launch, boolean orderly) {
        long start = System.nanoTime();
        Process process = launch.start();
        try {
            int first = process.getInputStream().read();
            double ms = (System.nanoTime() - start) / 1e6;
            if (first < 0) {
                throw new IllegalStateException("a process ended without a message");
            }
            if (orderly && !process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a process did not end");
            }
            return ms;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
