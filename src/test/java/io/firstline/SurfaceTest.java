package io.firstline;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The types that users of the library see. A type belongs here only if their code needs it: what is listed cannot be
 * renamed without breaking their build. The compiler's lint {@code exports} keeps other types out of the signatures.
 */
class SurfaceTest {
    private static final Path MODULE =
            Path.of(System.getProperty("project.dir", "."), "src/library/main/java/module-info.java");
    private static final Pattern EXPORTS = Pattern.compile("exports io\\.firstline\\.([\\w.]+);");

    private static final Map<String, String> EXPORTED = Map.ofEntries(
            Map.entry("arbitration.report", "GapFate LineFigures Proof SubsetFigures"),
            Map.entry("bus", "Addresses FeedBatch FeedMessageCodec FeedSink"),
            Map.entry(
                    "config",
                    "ConnectTarget Credentials DailyWindow Endpoint Limit PathConfig PathsConfig Proxy RankBy RetryConfig WsConnectionConfig WsPoolConfig"),
            Map.entry("config.problem", "InvalidConfigException Problem"),
            Map.entry(
                    "connection.report",
                    "ConnectFailedException ConnectTimes ConnectionState Disconnect DropCause Path WsConnectionState"),
            Map.entry("deploy", "FeedVerticle PoolVerticle SingleVerticle"),
            Map.entry("feed", "Feed Route WsPool WsSingle"),
            Map.entry(
                    "feed.report",
                    "ArrivalReport ConnectionReport EvictionReason ExchangeLatency FeedActivity FeedEvent"
                            + " FeedFact FeedReport FeedState GapReport MicrosHistogram PathReport StreamReport"),
            Map.entry("replay", "Failover FeedSubscription SubscriptionOptions SubscriptionReport"),
            Map.entry(
                    "stream",
                    "CopyListener FeedMessage FeedStream Loss Overflow SlowConsumerException StreamSnapshot"));

    @Test
    void shouldExportTheseTypesAndNoOthers() throws IOException {
        Set<String> packages = EXPORTS.matcher(Files.readString(MODULE))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Map<String, Set<String>> exported = new TreeMap<>();
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false); // of others, names are enough
        new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages(packages.stream()
                                .map(room -> "io.firstline." + room)
                                .toArray(String[]::new))
                        .stream()
                        .filter(type ->
                                type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(type -> packages.contains(room(type)))
                        .forEach(type -> exported.computeIfAbsent(room(type), any -> new TreeSet<>())
                                .add(type.getSimpleName()));

        Map<String, Set<String>> wanted = new TreeMap<>();
        EXPORTED.forEach((room, types) -> wanted.put(room, new TreeSet<>(Arrays.asList(types.split(" ")))));
        assertThat(exported).isEqualTo(wanted);
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.equals("io.firstline") ? "" : name.substring("io.firstline.".length());
    }
}
