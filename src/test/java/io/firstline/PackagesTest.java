package io.firstline;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which packages may use which: arrows run one way. A type name means one thing. */
class PackagesTest {
    private static final Map<String, String> MAY_USE = Map.ofEntries(
            Map.entry("payload", ""),
            Map.entry("arbitration.report", ""),
            Map.entry("config.problem", ""),
            Map.entry("config.check", "config.problem"),
            Map.entry("config.secret", "config.check"),
            Map.entry("config", "config.check config.problem config.secret"),
            Map.entry("config.venue", "config config.check config.problem config.secret"),
            Map.entry("config.feed", "config config.check config.problem config.secret config.venue"),
            Map.entry("config.cluster", "config.check config.problem"),
            Map.entry(
                    "config.service",
                    "config config.check config.cluster config.feed config.problem config.venue replay"),
            Map.entry("arbitration", "arbitration.report"),
            Map.entry("stream", "payload"),
            Map.entry("connection.report", "payload"),
            Map.entry("connection", "config config.check config.secret connection.report payload"),
            Map.entry("recording", "stream"),
            Map.entry("simulator", "config.check recording"),
            Map.entry("feed.report", "arbitration.report connection.report"),
            Map.entry("feed.path", "connection.report"),
            Map.entry("feed.clock", "config config.check config.venue connection feed.report payload"),
            Map.entry(
                    "feed.message",
                    "arbitration arbitration.report config.venue connection connection.report feed.clock"
                            + " feed.report payload stream"),
            Map.entry(
                    "feed",
                    "arbitration arbitration.report config config.check config.feed config.secret config.venue"
                            + " connection connection.report feed.clock feed.message feed.path feed.report payload stream"),
            Map.entry(
                    "merge",
                    "arbitration arbitration.report config config.feed config.venue connection feed feed.message"
                            + " feed.report payload recording stream"),
            Map.entry("bus", "feed.report stream"),
            Map.entry("bus.publish", "bus config.feed feed.report stream"),
            Map.entry("replay.retention", "bus bus.publish config.feed stream"),
            Map.entry("replay", "arbitration bus bus.publish connection replay.retention stream"),
            Map.entry(
                    "deploy.node",
                    "arbitration.report bus bus.publish config.feed connection.report feed.report replay.retention"
                            + " stream"),
            Map.entry("deploy.snapshot", "bus config.venue connection feed feed.message feed.report stream"),
            Map.entry(
                    "deploy",
                    "arbitration arbitration.report bus bus.publish config config.feed config.venue connection connection.report"
                            + " deploy.node deploy.snapshot feed feed.report replay.retention stream"),
            Map.entry(
                    "cluster",
                    "arbitration bus bus.publish cluster.fanout config config.check config.cluster config.feed connection deploy deploy.node feed.report"
                            + " replay.retention stream"),
            Map.entry("cluster.fanout", "bus bus.publish connection stream"),
            Map.entry("learn", "payload"),
            Map.entry("probe", "arbitration.report config connection.report"),
            Map.entry("bridge", "bus config.check config.service connection stream"),
            Map.entry("relay.dialect", "config.check config.venue payload"),
            Map.entry(
                    "relay",
                    "bridge bus bus.publish config.feed config.service config.venue connection feed.report relay.dialect replay stream"),
            Map.entry("http", "bridge bus bus.publish config.service connection.report deploy.node feed.report stream"),
            Map.entry("bench.peers", "arbitration config.venue feed.message merge payload recording stream"),
            Map.entry(
                    "bench",
                    "bench.peers bus bus.publish cluster config config.check config.cluster config.feed config.service config.venue connection deploy feed feed.report http relay replay service stream"),
            Map.entry(
                    "service",
                    "arbitration arbitration.report bridge bus cluster config config.check config.cluster config.feed"
                            + " config.problem config.service config.venue connection connection.report deploy deploy.node feed feed.report"
                            + " http learn merge payload probe recording relay replay simulator stream"));

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false); // of others, names are enough
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.firstline");
    }

    @Test
    void shouldHaveNoCircleOfPackages() {
        slices().matching("io.firstline.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void shouldUseOnlyThePackagesBelow() {
        Map<String, Set<String>> used = new TreeMap<>();
        classes.forEach(from -> from.getDirectDependenciesFromSelf().forEach(dependency -> {
            JavaClass to = dependency.getTargetClass();
            if (to.getPackageName().startsWith("io.firstline.") && !room(to).equals(room(from))) {
                used.computeIfAbsent(room(from), any -> new TreeSet<>()).add(room(to));
            }
        }));

        Map<String, Set<String>> allowed = new TreeMap<>();
        MAY_USE.forEach((from, to) -> {
            if (!to.isEmpty()) {
                allowed.put(from, new TreeSet<>(Arrays.asList(to.split(" "))));
            }
        });
        assertThat(used).isEqualTo(allowed);
    }

    @Test
    void shouldGiveNoTwoTypesOneName() {
        Map<String, List<String>> byName = classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName, Collectors.mapping(JavaClass::getPackageName, Collectors.toList())));

        byName.values().removeIf(packages -> packages.size() == 1);
        assertThat(byName).isEmpty();
    }

    /** Files in a circle are understood together or not at all. */
    @Test
    void shouldHaveFewFilesInACircle() {
        Map<String, Set<String>> uses = new TreeMap<>();
        classes.stream()
                .filter(type -> room(type).startsWith("feed"))
                .forEach(from -> from.getDirectDependenciesFromSelf()
                        .forEach(dependency -> uses.computeIfAbsent(file(from), any -> new TreeSet<>())
                                .add(file(dependency.getTargetClass()))));
        Map<String, Set<String>> reached = new TreeMap<>();
        uses.keySet().forEach(from -> reach(from, uses, reached.computeIfAbsent(from, any -> new TreeSet<>())));

        reached.forEach((from, to) -> assertThat(to.stream()
                        .filter(other -> reached.getOrDefault(other, Set.of()).contains(from)))
                .as("the circle of %s", from)
                .hasSizeLessThanOrEqualTo(4));
    }

    private static void reach(String from, Map<String, Set<String>> uses, Set<String> reached) {
        for (String to : uses.getOrDefault(from, Set.of())) {
            if (reached.add(to)) {
                reach(to, uses, reached);
            }
        }
    }

    private static String file(JavaClass type) {
        return type.getName().replaceAll("[$\\[].*", "");
    }

    private static String room(JavaClass type) {
        return type.getPackageName().replaceFirst("^io\\.firstline\\.?", "");
    }
}
