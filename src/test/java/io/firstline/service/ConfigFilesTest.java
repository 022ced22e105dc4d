package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which changes of the configuration files count, and when. */
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
    @Timeout(10)
    void shouldNotWaitForAWriterOfAPipe() throws Exception {
        Path pipe = directory.resolve("config.json");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo");

        assertThat(ConfigFiles.fingerprint(pipe)).isEqualTo(ConfigFiles.fingerprint(pipe));
        Cli.run("run", pipe.toString()).assertBadInput("found a pipe, a socket or a device, allowed: a regular file");
        Path replay = Files.writeString(
                directory.resolve("replay.json"),
                "{\"simulator\":{\"recordings\":[\"/dev/zero\"]},\"feeds\":{\"a\":{\"url\":\"sim:/ws/x\"}}}");
        Cli.run("check", replay.toString()).assertBadInput("/dev/zero", "a pipe, a socket or a device");
        Cli.run("check", "/dev/zero").assertBadInput("found a pipe, a socket or a device, allowed: a regular file");
    }

    @Test
    void shouldFollowALinkThatIsTurned() throws IOException {
        Path one = Files.createDirectory(directory.resolve("..1"));
        Path two = Files.createDirectory(directory.resolve("..2"));
        Files.writeString(one.resolve("config.json"), "{1}");
        Files.writeString(two.resolve("config.json"), "{2}");
        Path data = Files.createSymbolicLink(directory.resolve("..data"), one);
        Path file = Files.createSymbolicLink(directory.resolve("config.json"), Path.of("..data", "config.json"));
        String before = ConfigFiles.fingerprint(file);

        Files.move(Files.createSymbolicLink(directory.resolve("..next"), two), data, StandardCopyOption.ATOMIC_MOVE);

        assertThat(ConfigFiles.fingerprint(file)).isNotEqualTo(before);
    }

    @Test
    void shouldTellAChangeOnceWhenItHasComeToRest() {
        ChangeDebouncer settling = new ChangeDebouncer("a");

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
