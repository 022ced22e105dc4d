package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountedFileTest {
    private static final List<String> TABLE = List.of(
            "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
            "too short",
            "90 22 254:0 /home/me/my.json /etc/firstline/config.json ro,relatime - ext4 /dev/vda rw",
            "91 22 254:0 /home/me/other.json//deleted /etc/firstline/a\\040b.json ro,relatime - ext4 /dev/vda rw");

    @TempDir
    Path folder;

    @Test
    void shouldKnowAFileThatIsMountedByItself() {
        assertThat(MountedFile.of(TABLE, "/etc/firstline/config.json")).isEqualTo(MountedFile.State.MOUNTED);
        assertThat(MountedFile.of(TABLE, "/etc/firstline/a b.json")).isEqualTo(MountedFile.State.REPLACED);
        assertThat(MountedFile.of(TABLE, "/etc/firstline/else.json")).isEqualTo(MountedFile.State.NONE);
    }

    @Test
    void shouldKnowAnOrdinaryFile() throws Exception {
        Path file = folder.resolve("config.json");
        assertThat(MountedFile.of(file)).isEqualTo(MountedFile.State.NONE);
        Files.writeString(file, "{}");
        assertThat(MountedFile.of(file)).isEqualTo(MountedFile.State.NONE);
    }
}
