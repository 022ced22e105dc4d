package io.firstline.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The keys of the status JSON have one home. */
class StatusKeysTest {
    private static final Path SOURCES = Path.of(System.getProperty("project.dir", "."), "src");

    /** They write or read a status, and no other JSON. */
    private static final Set<String> FILES = Set.of(
            "ReportJson.java",
            "NodeStatus.java",
            "ClusterFacts.java",
            "FeedMeters.java",
            "NodeReadiness.java",
            "Metrics.java",
            "DemoFigures.java",
            "DemoCommand.java",
            "BusReceiver.java");

    private static final Pattern LITERAL =
            Pattern.compile("\\.(?:get\\w+|put|containsKey|remove)\\(\\s*\"(?!do\")\\w+\"");

    @Test
    void shouldBeWrittenNowhereElse() throws IOException {
        Map<String, List<String>> literals = new TreeMap<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(
                            each -> FILES.contains(each.getFileName().toString()))
                    .toList()) {
                literals.put(
                        file.getFileName().toString(),
                        LITERAL.matcher(Files.readString(file))
                                .results()
                                .map(MatchResult::group)
                                .toList());
            }
        }

        assertThat(literals.keySet()).isEqualTo(FILES);
        assertThat(literals.values()).allMatch(List::isEmpty);
    }

    @Test
    void shouldEachHaveOneName() throws IllegalAccessException {
        List<String> keys = new ArrayList<>();
        for (Field key : StatusKeys.class.getFields()) {
            keys.add((String) key.get(null));
        }

        assertThat(new HashSet<>(keys)).hasSameSizeAs(keys);
    }
}
