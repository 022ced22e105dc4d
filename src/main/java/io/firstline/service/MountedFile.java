package io.firstline.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether a file is mounted by itself, as containers do it with {@code -v my.json:/etc/…/config.json} or {@code subPath}. Such a mount
 * shows one file for ever: when another one takes its name where it comes from, this is not seen.
 */
final class MountedFile {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int ROOT = 3;
    private static final int MOUNT_POINT = 4;

    enum State {
        /** An ordinary file. */
        NONE,
        MOUNTED,
        /** Mounted, and no longer there where it comes from. */
        REPLACED
    }

    private MountedFile() {}

    /** Blocks. */
    static State of(Path file) {
        try {
            return Files.isReadable(TABLE)
                    ? of(Files.readAllLines(TABLE), file.toRealPath().toString())
                    : State.NONE;
        } catch (IOException e) {
            return State.NONE;
        }
    }

    /** As the kernel's table says; see proc(5). */
    static State of(List<String> table, String path) {
        State state = State.NONE;
        for (String line : table) {
            String[] fields = line.split(" ", -1);
            if (fields.length > MOUNT_POINT && unescaped(fields[MOUNT_POINT]).equals(path)) {
                state = fields[ROOT].endsWith("//deleted")
                        ? State.REPLACED
                        : State.MOUNTED; // the last mount covers those before
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
