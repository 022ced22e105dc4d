package io.firstline.service;

import io.firstline.config.service.ServiceConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a configuration would run, or every error in it. */
@Command(
        name = "check",
        description = "Prints what CONFIG would run, or every error in it; starts nothing.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the configuration is valid", "1:failed while checking", "2:bad input: every error is named"})
final class CheckCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CONFIG", description = "a configuration file (JSON)")
    private Path file;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ServiceConfig config = ConfigFiles.read(file);
        RunningService.checkSimulator(config);
        config.summary().forEach(out::println);
        out.println(file + " is valid");
        return Main.OK;
    }
}
