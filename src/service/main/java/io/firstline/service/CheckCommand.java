package io.firstline.service;

import io.firstline.config.service.ServiceConfig;
import io.firstline.config.venue.ProfileInfo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
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
        warnings(config, LocalDate.now(ZoneOffset.UTC))
                .forEach(spec.commandLine().getErr()::println);
        out.println(file + " is valid");
        return Main.OK;
    }

    /** Reports each interface that its venue ends, once. */
    private List<String> warnings(ServiceConfig config, LocalDate today) {
        Path directory = file.toAbsolutePath().getParent();
        return config.feeds().stream()
                .map(feed -> feed.venue().name())
                .distinct()
                .flatMap(venue -> ProfileInfo.find(venue, directory).flatMap(info -> info.end(today)).stream()
                        .map(end -> "firstline: warning: venue " + venue + ": the interface of this profile " + end))
                .toList();
    }
}
