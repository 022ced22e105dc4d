package io.firstline.service;

import io.firstline.config.InvalidConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line: {@code firstline demo | run | check | tail}. */
@Command(
        name = "firstline",
        description = "Redundant WebSocket connections to one feed, arbitrated into one gapless stream.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DemoCommand.class, RunCommand.class, CheckCommand.class, TailCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ok", "1:failed while running", "2:bad input: nothing was started"})
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    private Main() {}

    /** Tells the version of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"firstline " + (version == null ? "(not packaged)" : version)};
        }
    }

    /** Runs the command line and ends the JVM with its exit code. */
    public static void main(String[] args) {
        Shutdown.exit(run(args));
    }

    /** Runs the command line in this JVM; returns the exit code. */
    static int run(String... args) {
        CommandLine line = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(java.time.Duration.class, Durations::parse);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            boolean badInput = e instanceof InvalidConfigException || e instanceof BadInputException;
            command.getErr().println("firstline: " + e.getMessage());
            return badInput ? BAD_INPUT : FAILED;
        });
        line.setExecutionStrategy(parsed -> {
            if (parsed.subcommand() == null && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()) {
                parsed.commandSpec().commandLine().usage(line.getErr());
                return BAD_INPUT;
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        return line.execute(args);
    }
}
