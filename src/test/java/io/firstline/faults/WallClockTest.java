package io.firstline.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A step of the system clock, by NTP or when a virtual machine resumes, may change only times that are shown to humans.
 * Every decision uses the monotonic clock. ClockStepTest plays a step; this test finds each use of the system clock.
 */
class WallClockTest {
    private static final Path SOURCES = Path.of(System.getProperty("project.dir", "."), "src");
    private static final Pattern MAIN = Pattern.compile("[a-z]+/main/java/");
    private static final Pattern WALL_CLOCK = Pattern.compile(
            "currentTimeMillis|\\.now\\(|\\bClock\\.|java\\.time\\.Clock|InstantSource|new Date\\(|Calendar|lastModified");

    private static final Set<String> MAY_READ_IT = Set.of(
            // passes it on, for stamps
            "io/firstline/connection/Scheduler.java",
            // a server may say Retry-After as a date; capped at a day
            "io/firstline/connection/ConnectionEnd.java",
            "io/firstline/connection/EndpointConnector.java",
            "io/firstline/connection/RestClient.java",
            // says when it was made; the other has a method of that name
            "io/firstline/bench/BenchCommand.java",
            "io/firstline/bench/FeedClient.java",
            // sends the page the time of its figures
            "io/firstline/http/LiveUpdates.java",
            // shows how long delivery took, against a message's stamp
            "io/firstline/service/DemoFigures.java",
            // warns of interfaces that their venues end
            "io/firstline/service/CheckCommand.java",
            // dates the profile that it proposes
            "io/firstline/service/LearnCommand.java",
            // stamps lines
            "io/firstline/service/LogLine.java",
            // answers its clients as venues do that put the time in answers
            "io/firstline/relay/ServedFeeds.java",
            // stamps its objects for those who read them, as all clients of Kubernetes do
            "io/firstline/cluster/KubernetesService.java",
            // stamps its records
            "io/firstline/recording/Recorder.java",
            // the exchange in a box stamps its events and pings
            "io/firstline/simulator/Emitter.java",
            "io/firstline/simulator/ServedConnection.java");

    private static final Set<String> MAY_STAMP = Set.of(
            "io/firstline/connection/Scheduler.java",
            // a daily window for rotation needs the wall clock; a step can only make a rotation earlier, once a window
            "io/firstline/feed/AgedConnections.java",
            // requests and answers of venues that want the time in them
            "io/firstline/feed/SubscriptionProtocol.java",
            "io/firstline/feed/ConnectionOpening.java",
            "io/firstline/feed/ConnectionMaker.java",
            "io/firstline/feed/Answers.java",
            // logins, which servers accept for some seconds
            "io/firstline/connection/LoginSocket.java",
            "io/firstline/connection/LoginConnector.java",
            // messages
            "io/firstline/feed/clock/EpochClock.java",
            // recorded copies
            "io/firstline/recording/Recorder.java",
            // compares the exchange's stamps with ours, only for reports
            "io/firstline/feed/clock/ExchangeTime.java",
            // passes recorded time on
            "io/firstline/merge/VirtualClock.java",
            // gaps, in reports
            "io/firstline/feed/FeedMonitor.java",
            // epochs of a cluster keep rising after all its nodes were stopped; a step back only wastes a number
            "io/firstline/cluster/LeaseLoop.java",
            // changes of the owner
            "io/firstline/cluster/Replica.java",
            // events; distinguishes one run of a feed from the next
            "io/firstline/deploy/FeedVerticle.java",
            "io/firstline/feed/EventReporter.java");

    @Test
    void shouldReadTheSystemClockOnlyToShowIt() {
        assertThat(sourcesWith(WALL_CLOCK)).isEqualTo(MAY_READ_IT);
    }

    @Test
    void shouldAskForTheWallClockOnlyToStamp() {
        assertThat(sourcesWith(Pattern.compile("\\bepochMicros\\(\\)"))).isEqualTo(MAY_STAMP);
    }

    /** In these packages a simulation drives the clock: they get it injected. */
    @Test
    void shouldReadNoMonotonicClockOfItsOwnOnTheBusAndInTheCluster() {
        assertThat(sourcesWith(Pattern.compile("System\\s*(\\.|::)\\s*nanoTime")))
                .isNotEmpty()
                .noneMatch(file -> file.matches("io/firstline/(bus|deploy|replay|cluster)/.*"));
    }

    private static Set<String> sourcesWith(Pattern pattern) {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.map(file -> SOURCES.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> MAIN.matcher(file).lookingAt() && file.endsWith(".java"))
                    .filter(file ->
                            pattern.matcher(textOf(SOURCES.resolve(file))).find())
                    .map(file -> MAIN.matcher(file).replaceFirst(""))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
