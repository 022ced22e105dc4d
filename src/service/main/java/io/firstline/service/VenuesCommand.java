package io.firstline.service;

import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.venue.ProfileInfo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the venue profiles: their dates and URLs, what they prove, and what they cannot do. */
@Command(
        name = "venues",
        description = "Lists the venue profiles, or everything about one: dates, URL, what its streams prove, limits.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ok", "1:failed", "2:bad input: no such profile, or a profile with errors"})
final class VenuesCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", arity = "0..1", description = "a venue profile; default: all in one line each")
    private String name;

    @Option(
            names = "--config",
            paramLabel = "CONFIG",
            description = "include the profiles in venues/ beside this configuration; default: conf/config.json")
    private Path config;

    @Option(names = "--json", description = "write everything about each profile as JSON, one object a line")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path directory = ConfigFiles.file(config).toAbsolutePath().getParent();
        PrintWriter out = spec.commandLine().getOut();
        Set<String> names = ProfileInfo.names(directory);
        if (name != null) {
            if (!names.contains(name)) {
                throw new BadInputException("venues: " + ProfileInfo.unknown(name, directory));
            }
            VenueSheet sheet = VenueSheet.of(name, directory);
            if (json) {
                out.println(sheet.json().encode());
            } else {
                sheet.lines().forEach(out::println);
            }
            return Main.OK;
        }
        if (!json) {
            out.println(VenueSheet.heading());
        }
        int code = Main.OK;
        for (String each : names) {
            try {
                VenueSheet sheet = VenueSheet.of(each, directory);
                out.println(json ? sheet.json().encode() : sheet.line());
            } catch (InvalidConfigException e) {
                spec.commandLine().getErr().println("firstline: " + e.getMessage());
                code = Main.BAD_INPUT; // the others are listed all the same
            }
        }
        return code;
    }
}
