package io.firstline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChildProcessTest {
    private static final String APART = "-XX:CompileCommand=dontinline,";

    private static List<String> ofTheLauncher() throws Exception {
        try (Stream<String> lines =
                Files.lines(Path.of(System.getProperty("project.dir"), "launcher", "jvm.options"))) {
            return lines.filter(line -> line.startsWith("-XX:CompileCommand=")).toList();
        }
    }

    @Test
    void shouldCompileAsTheLauncherDoes() throws Exception {
        assertThat(ChildProcess.JVM_OPTIONS).containsAll(ofTheLauncher());
    }

    /** The JVM says nothing of a command for a method that does not exist. */
    @Test
    void shouldNameMethodsThatExist() throws Exception {
        List<String> names = ofTheLauncher().stream()
                .filter(option -> option.startsWith(APART))
                .map(option -> option.substring(APART.length()))
                .toList();
        assertThat(names).isNotEmpty();
        for (String name : names) {
            int at = name.indexOf("::");
            assertThat(Stream.of(Class.forName(name.substring(0, at)).getDeclaredMethods())
                            .map(Method::getName))
                    .contains(name.substring(at + 2));
        }
    }
}
