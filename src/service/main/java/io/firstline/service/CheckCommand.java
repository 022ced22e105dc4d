package io.firstline.service;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.JsonText;
import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.firstline.config.service.ServiceConfig;
import io.firstline.config.venue.ProfileInfo;
import io.firstline.config.venue.Venue;
import io.firstline.recording.Recording;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a configuration would run, or every error in it; reads a recording through its profiles. */
@Command(
        name = "check",
        description =
                "Prints what CONFIG would run, or every error in it; starts nothing. A venue profile is checked as "
                        + "a profile.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the file is valid",
            "1:failed while checking",
            "2:bad input: every error is named; with --recording also a key, number or name that no message has"
        })
final class CheckCommand implements Callable<Integer> {
    /** The folder of the configuration that names venues. */
    private static final Path DIRECTORY = Path.of("conf");
    /** The keys of a profile of which it has at least one, and a configuration none. */
    private static final List<String> PROFILE_KEYS =
            List.of("messages", "subscribe", "subscribeAll", "requests", "url", "endpoint", "extends", "checked");

    @Parameters(
            paramLabel = "CONFIG|PROFILE",
            description = "a configuration file, a venue profile (JSON), or the name of a venue")
    private Path file;

    @Option(
            names = "--recording",
            arity = "1..*",
            paramLabel = "DIR|FILE",
            description =
                    "read a recording through the profiles: a folder that record wrote, or .jsonl(.gz) files, one a "
                            + "connection")
    private List<Path> recording = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (isVenue()) {
            return profile(Venue.find(file.toString(), DIRECTORY));
        }
        if (isProfile()) {
            return profile(Venue.in(file));
        }
        ServiceConfig config = ConfigFiles.read(file);
        RunningService.checkSimulator(config);
        config.summary().forEach(out()::println);
        warnings(config, LocalDate.now(ZoneOffset.UTC)).forEach(this::warn);
        Map<String, Venue> venues = new LinkedHashMap<>();
        config.feeds().forEach(feed -> venues.put(feed.name(), feed.venue()));
        read(venues);
        out().println(file + " is valid");
        return Main.OK;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void warn(String warning) {
        spec.commandLine().getErr().println("firstline: warning: " + warning);
    }

    /** Whether the file is a venue profile. A file that is not JSON is reported as a configuration. */
    private boolean isProfile() {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        JsonNode json = JsonText.tree(JsonText.ofFile(file), new ArrayList<>());
        return json != null && !json.has("feeds") && PROFILE_KEYS.stream().anyMatch(json::has);
    }

    /** Whether the argument is the name of a venue, not of a file. */
    private boolean isVenue() {
        return !Files.exists(file) && ProfileInfo.names(DIRECTORY).contains(file.toString());
    }

    private int profile(Venue venue) {
        read(Map.of("", venue));
        out().println(file + " is valid: a venue profile, not a configuration. A feed names it: \"venue\": \""
                + venue.name() + "\"");
        return Main.OK;
    }

    /** Reads the recording through the profiles: that of its feed, or all. */
    private void read(Map<String, Venue> venuesByFeed) {
        if (recording.isEmpty()) {
            return;
        }
        List<Recording> recordings = RecordingCheck.recordings(recording);
        Set<Venue> venues = recordings.stream()
                .map(each -> venuesByFeed.get(each.feed()))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        List<Problem> problems = new ArrayList<>();
        for (Venue venue : venues.isEmpty() ? Set.copyOf(venuesByFeed.values()) : venues) {
            RecordingCheck check = RecordingCheck.of(venue, recordings);
            check.lines().forEach(out()::println);
            check.warnings().forEach(this::warn);
            problems.addAll(check.problems());
        }
        if (!problems.isEmpty()) {
            out().flush();
            throw new InvalidConfigException("the profile does not fit the recording", problems);
        }
    }

    /** Reports each interface that its venue ends, once. */
    private List<String> warnings(ServiceConfig config, LocalDate today) {
        Path directory = file.toAbsolutePath().getParent();
        return config.feeds().stream()
                .map(feed -> feed.venue().name())
                .distinct()
                .flatMap(venue -> ProfileInfo.find(venue, directory).flatMap(info -> info.end(today)).stream()
                        .map(end -> "venue " + venue + ": the interface of this profile " + end))
                .toList();
    }
}
