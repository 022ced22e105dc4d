package io.firstline.service;

import io.firstline.config.problem.InvalidConfigException;
import io.firstline.payload.Printable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.TypeConversionException;

/** The command line: {@code firstline demo | run | check | venues | learn | tail | relay | gaps | worth | probe | record | replay | bench | help}. */
@Command(
        name = "firstline",
        description = "Redundant WebSocket connections to one feed, arbitrated into one gapless stream.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ok",
            "1:failed while running",
            "2:bad input: nothing was started",
            "3:out of memory: give it a larger heap, or restart it"
        })
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    /** In the order of the help. Each has the name of its class. */
    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            RunCommand.class,
            CheckCommand.class,
            VenuesCommand.class,
            LearnCommand.class,
            TailCommand.class,
            RelayCommand.class,
            GapsCommand.class,
            WorthCommand.class,
            ProbeCommand.class,
            RecordCommand.class,
            ReplayCommand.class);

    private static final int MAX_SHOWN = 200;
    private static final String LOG_CONFIGURATION = "logback.configurationFile";

    /** The output for payloads of messages, as bytes. */
    private final StandardOutput stdout;

    private Main(StandardOutput stdout) {
        this.stdout = stdout;
    }

    StandardOutput stdout() {
        return stdout;
    }

    /** Reads the version from the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"firstline " + (version == null ? "(not packaged)" : version)};
        }
    }

    /** Runs the command line and ends the JVM with its exit code. */
    public static void main(String[] args) {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            // without the launcher, logback would write to standard output, which is for messages
            System.setProperty(LOG_CONFIGURATION, "conf/logback.xml");
        }
        LogSettings.check(System.getenv(), System.err);
        if (args.length > 0 && command(args[0]) == CheckCommand.class) {
            LogSettings.disable(); // it reports what it finds
        }
        boolean isTraining = args.length == 1 && args[0].equals(StartTraining.ARGUMENT);
        Shutdown.exit(isTraining ? StartTraining.run() : run(args));
    }

    /**
     * Runs the command line in this JVM and returns the exit code. The command ends even if nobody reads standard
     * error.
     */
    static int run(String... args) {
        StandardOutput stdout = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        String terminal = System.getProperty("sun.stdout.encoding"); // null = no terminal
        Charset charset = terminal == null ? Charset.defaultCharset() : Charset.forName(terminal);
        CommandLine line = line(stdout, args).setOut(new PrintWriter(stdout, true, charset));
        try (PrintWriter err = new PrintWriter(new BackgroundWriter(line.getErr()), true)) {
            return execute(line.setErr(err), stdout, args);
        }
    }

    /** Runs the command line with other outputs than those of the process. */
    static int run(OutputStream out, OutputStream stderr, String... args) {
        StandardOutput stdout = new StandardOutput(out);
        CommandLine line = line(stdout, args)
                .setOut(new PrintWriter(stdout, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(stderr, true, StandardCharsets.UTF_8));
        return execute(line, stdout, args);
    }

    /** A command whose result cannot be written has failed, unless the reader wanted no more of it. */
    private static int execute(CommandLine line, StandardOutput stdout, String... args) {
        int code = line.execute(args);
        line.getOut().flush();
        IOException failure = stdout.failure();
        if (failure == null || StandardOutput.isClosedByReader(failure) || isServer(command(args[0]))) {
            return code;
        }
        line.getErr().println("firstline: standard output cannot be written: " + failure.getMessage());
        return code == OK ? FAILED : code;
    }

    /** Its lines only accompany what it does. */
    private static boolean isServer(Class<?> command) {
        return command == RunCommand.class || command == RelayCommand.class;
    }

    /**
     * Creates the command line. Knows only the command that is called, if the first argument is one: the annotations
     * of all commands take long to read at a start.
     */
    static CommandLine line(StandardOutput stdout, String... args) {
        CommandLine line = new CommandLine(new Main(stdout));
        Class<?> called = args.length == 0 ? null : command(args[0]);
        if (called != null) {
            line.addSubcommand(called);
        } else {
            COMMANDS.forEach(line::addSubcommand);
            ServiceLoader.load(AddedCommand.class).forEach(line::addSubcommand);
            line.addSubcommand(new CommandLine.HelpCommand()).addSubcommand(new AutoComplete.GenerateCompletion());
        }
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, Durations::parse)
                .registerConverter(Path.class, Main::path);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            boolean badInput = e instanceof InvalidConfigException
                    || e instanceof BadInputException
                    || e instanceof InvalidPathException;
            Throwable why = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            if (why instanceof IOException && why == stdout.failure()) {
                return OK; // reported when the command has ended
            }
            String what = why instanceof InvalidPathException name ? wrongName(name) : why.getMessage();
            command.getErr().println("firstline: " + what);
            return badInput ? BAD_INPUT : FAILED;
        });
        line.setExecutionStrategy(parsed -> {
            if (parsed.subcommand() == null && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()) {
                parsed.commandSpec().commandLine().usage(line.getErr());
                return BAD_INPUT;
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        return line;
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(wrongName(e));
        }
    }

    private static String wrongName(InvalidPathException e) {
        return "found \"" + Printable.of(e.getInput(), MAX_SHOWN)
                + "\", allowed: a file name in the encoding of the locale, " + System.getProperty("sun.jnu.encoding")
                + "; LC_ALL=C.UTF-8 allows all names";
    }

    /** Returns the command of this name; null = none, or one of another module. */
    private static Class<?> command(String name) {
        for (Class<?> command : COMMANDS) {
            if (command.getSimpleName().toLowerCase(Locale.ROOT).equals(name + "command")) {
                return command;
            }
        }
        return null;
    }
}
