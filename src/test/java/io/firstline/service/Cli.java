package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.integration.Quiet;
import io.firstline.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Runs the command line in this JVM on a separate thread; its output can be read while it runs. */
final class Cli {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    private Cli(String... args) {
        Quiet.logs();
        Thread thread = new Thread(
                () -> {
                    try {
                        code.complete(Main.run(out, err, args));
                    } catch (RuntimeException | Error e) {
                        code.completeExceptionally(e);
                    }
                },
                "cli");
        thread.setDaemon(true);
        thread.start();
    }

    /** Starts a command. */
    static Cli start(String... args) {
        return new Cli(args);
    }

    /** Runs a command to its end. */
    static Cli run(String... args) {
        Cli cli = new Cli(args);
        cli.code();
        return cli;
    }

    int code() {
        return code.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    boolean isRunning() {
        return !code.isDone();
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    List<String> lines() {
        return out().lines().toList();
    }

    Cli until(String what, BooleanSupplier condition) {
        Await.attempt(PATIENCE, Duration.ofMillis(10), what, condition::getAsBoolean);
        return this;
    }

    /**
     * Asserts that the command rejected its input: exit code 2, an error without a stack trace, nothing on standard
     * output.
     */
    void assertBadInput(String... messages) {
        assertThat(code()).as(err()).isEqualTo(2);
        assertThat(out()).isEmpty();
        assertThat(err()).contains(messages).doesNotContain("\tat ", "Exception");
    }
}
