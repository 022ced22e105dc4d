package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Numbers in file names, messages and output look the same in every locale: Arabic ones have other digits, German ones another point. */
class NumberFormatTest {
    private static final Path SOURCES = Path.of(System.getProperty("project.dir", "."), "src");
    /** A number that is formatted without a locale. */
    private static final Pattern LOCAL_NUMBER = Pattern.compile(
            "(format|printf)\\(\\s*\"[^\"]*%[-,0-9.]*[dfxe]|%[-,0-9.]*[dfxe][^\"]*\"\\s*\\.formatted\\(");

    @Test
    void shouldNameTheLocaleOfEveryNumber() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<String> local = files.filter(file -> SOURCES.relativize(file)
                            .toString()
                            .matches("(library|simulator|cluster|service)/main/java/.*\\.java"))
                    .filter(file -> LOCAL_NUMBER.matcher(text(file)).find())
                    .map(file -> file.getFileName().toString())
                    .toList();
            assertThat(local).isEmpty();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }
}
