package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a change of the configuration's files, and when. */
class ConfigFilesTest {
    @TempDir
    Path directory;

    @Test
    void shouldSeeEveryChangeOfContentsAndNothingElse() throws IOException {
        Path file = directory.resolve("config.json");
        String missing = ConfigFiles.fingerprint(file);
        Files.writeString(file, "{1}");
        String before = ConfigFiles.fingerprint(file);
        assertThat(before).isNotEqualTo(missing);

        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, "{2}");
        Files.setLastModifiedTime(file, time);
        String after = ConfigFiles.fingerprint(file);
        assertThat(after).as("same size, same time").isNotEqualTo(before);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThat(ConfigFiles.fingerprint(file)).isEqualTo(after);

        Path venues = Files.createDirectory(directory.resolve("venues"));
        assertThat(ConfigFiles.fingerprint(file)).isEqualTo(after);
        Files.writeString(venues.resolve("a.json"), "{}");
        String withVenue = ConfigFiles.fingerprint(file);
        assertThat(withVenue).isNotEqualTo(after);
        Files.writeString(venues.resolve("a.json~"), "{}");
        Files.writeString(directory.resolve("other.json"), "{}");
        assertThat(ConfigFiles.fingerprint(file)).isEqualTo(withVenue);
        Files.delete(venues.resolve("a.json"));
        assertThat(ConfigFiles.fingerprint(file)).isEqualTo(after);
    }

    @Test
    void shouldTellAChangeOnceWhenItHasComeToRest() {
        Settling settling = new Settling("a");

        assertThat(settling.isNews("a")).isFalse();
        assertThat(settling.isNews("b"))
                .as("it may be half of what is being written")
                .isFalse();
        assertThat(settling.isNews("c")).isFalse();
        assertThat(settling.isNews("c")).isTrue();
        assertThat(settling.isNews("c")).isFalse();
        assertThat(settling.isNews("d")).isFalse();
        assertThat(settling.isNews("c")).isFalse();
        assertThat(settling.isNews("c")).as("it came back").isFalse();
    }
}
