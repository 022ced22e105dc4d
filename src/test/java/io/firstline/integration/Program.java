package io.firstline.integration;

import io.firstline.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The real program in a separate JVM, as the launcher starts it, but from the test's class path. */
public final class Program implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    /** Options of a program that runs for seconds; {@code -Dprogram.options="…"} sets others for a measurement. */
    private static final String START_FAST = "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers;

    private Program(Process process) {
        this.process = process;
        this.readers = List.of(read(process.getInputStream(), out), read(process.getErrorStream(), err));
    }

    /** Starts {@code firstline ARGS…}. */
    public static Program start(String... args) {
        return start(command(args));
    }

    /** Starts {@code firstline ARGS…} so that it handles SIGHUP, which nohup makes all its child processes ignore. */
    public static Program startHearingHangups(String... args) {
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=HUP"));
        command.addAll(command(args));
        return start(command);
    }

    /** Starts any command, such as a shell around the program. */
    public static Program start(List<String> command) {
        try {
            return new Program(new ProcessBuilder(command)
                    .directory(Path.of(System.getProperty("project.dir", ".")).toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command line that starts {@code firstline ARGS…}. */
    public static List<String> command(String... args) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of(System.getProperty("program.options", START_FAST).split(" ")));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.firstline.service.Main"));
        if (Runtime.version().feature() >= 22) {
            words.add(1, "--enable-native-access=ALL-UNNAMED"); // as the jar's manifest does
        }
        words.addAll(Stream.of(args).toList());
        return words;
    }

    private static Thread read(InputStream from, List<String> lines) {
        Thread reader = new Thread(
                () -> {
                    // in batches: copying the list for each of thousands of lines would be slow
                    try (BufferedReader text =
                            new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8), 1 << 16)) {
                        List<String> batch = new ArrayList<>();
                        for (String line = text.readLine(); line != null; line = text.readLine()) {
                            batch.add(line);
                            if (!text.ready()) {
                                lines.addAll(batch);
                                batch.clear();
                            }
                        }
                        lines.addAll(batch);
                    } catch (IOException ended) {
                        lines.add("(" + ended.getMessage() + ")");
                    }
                },
                "program-output");
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    public List<String> out() {
        return out;
    }

    public List<String> err() {
        return err;
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Waits, bounded, until the output meets a condition; fails with the output otherwise. */
    public void until(String what, BooleanSupplier condition) {
        Await.attempt(
                Duration.ofSeconds(PATIENCE_SECONDS),
                Duration.ofMillis(10), // conditions read the whole output
                what,
                () -> condition.getAsBoolean() || !process.isAlive());
        if (!process.isAlive() && !condition.getAsBoolean()) {
            throw new AssertionError("ended with " + process.exitValue() + " before: " + what + "; stderr: " + err);
        }
    }

    /** Sends SIGTERM; unlike {@link Process#destroy()} it keeps the output readable. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Sends a signal by its name: {@code STOP}, {@code CONT}, {@code KILL}. */
    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Returns the exit code after all output has been read. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running, stderr: " + err);
        }
        for (Thread reader : readers) {
            reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
