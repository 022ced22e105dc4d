package io.firstline.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Detects a file that is mounted by itself, as containers do with {@code -v my.json:/etc/…/config.json} or
 * {@code subPath}. Such a mount always shows the same file: a new file of the same name outside the container is not
 * visible.
 */
final class MountedFile {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int ROOT = 3;
    private static final int MOUNT_POINT = 4;

    enum State {
        /** An ordinary file. */
        NONE,
        MOUNTED,
        /** Mounted, and deleted or replaced outside the container. */
        REPLACED
    }

    private MountedFile() {}

    /** Reads the mount table of this process. Blocks. */
    static State of(Path file) {
        try {
            return Files.isReadable(TABLE)
                    ? of(Files.readAllLines(TABLE), file.toRealPath().toString())
                    : State.NONE;
        } catch (IOException e) {
            return State.NONE;
        }
    }

    /** Decides by the lines of the kernel's table; see proc(5). */
    static State of(List<String> table, String path) {
        State state = State.NONE;
        for (String line : table) {
            String[] fields = line.split(" ", -1);
            if (fields.length > MOUNT_POINT && unescaped(fields[MOUNT_POINT]).equals(path)) {
                state = fields[ROOT].endsWith("//deleted")
                        ? State.REPLACED
                        : State.MOUNTED; // the last mount hides earlier ones
            }
        }
        return state;
    }

    private static String unescaped(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
