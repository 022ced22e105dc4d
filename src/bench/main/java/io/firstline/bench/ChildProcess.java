package io.firstline.bench;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Child} in a separate JVM of the same version, with the same classes. It ends when its standard input ends,
 * so it does not outlive this process by much.
 */
final class ChildProcess implements Participant {
    static final String ERROR = "error";
    /**
     * The options of all JVMs of a run, those of the launcher, also shown in the report. The heap is fixed, so that
     * machines are comparable.
     */
    static final List<String> JVM_OPTIONS = List.of(
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:GCTimeRatio=1",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=25",
            "-Xms64m",
            "-Xmx1g",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=dontinline,io.firstline.arbitration.Arbiter::decide",
            "-XX:CompileCommand=dontinline,io.firstline.feed.PoolArbitration$Outcomes::first",
            "-XX:CompileCommand=dontinline,io.firstline.feed.CopyReceiver::split",
            "-Dvertx.logger-delegate-factory-class-name=io.vertx.core.logging.SLF4JLogDelegateFactory",
            "-Dlogback.configurationFile=conf/logback.xml",
            "-DFIRSTLINE_LOG_LEVEL=ERROR");

    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;
    private final Thread hook;

    private ChildProcess(Process process) {
        this.process = process;
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.hook = new Thread(process::destroyForcibly, "bench-child");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static ChildProcess start(List<String> moreOptions, String... arguments) {
        return new ChildProcess(launch(Redirect.INHERIT, moreOptions, Child.class.getName(), arguments));
    }

    /** Starts one of our main classes; the caller reads its standard output. */
    static Process launch(Redirect errors, List<String> moreOptions, String mainClass, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(moreOptions);
        command.add("-cp");
        command.add(classPath());
        command.add(mainClass);
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command).redirectError(errors).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Absolute paths, because a child may have another working directory. */
    private static String classPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    @Override
    public JsonObject ask(JsonObject request) {
        try {
            requests.write(request.encode());
            requests.newLine();
            requests.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException(request.getString("do") + ": the process has ended");
            }
            JsonObject answer = new JsonObject(line);
            if (answer.containsKey(ERROR)) {
                throw new IllegalStateException(answer.getString(ERROR));
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        try {
            requests.close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
