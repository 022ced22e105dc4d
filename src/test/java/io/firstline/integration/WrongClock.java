package io.firstline.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A time of day that is wrong for one process, and can jump while it runs: libfaketime. The monotonic clock is right. */
final class WrongClock {
    private final Path library;
    private final Path offset;

    private WrongClock(Path library, Path offset) {
        this.library = library;
        this.offset = offset;
    }

    /**
     * Returns a clock that is right at first; empty = libfaketime is not installed.
     *
     * @param file takes the offset
     */
    static Optional<WrongClock> in(Path file) {
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(Path.of("/usr/lib"), folder -> Files.exists(library(folder)))) {
            for (Path folder : found) {
                WrongClock clock = new WrongClock(library(folder), file);
                clock.set(0);
                return Optional.of(clock);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path library(Path folder) {
        return folder.resolve("faketime").resolve("libfaketime.so.1");
    }

    /** The command of a process with this clock. */
    List<String> around(List<String> command) {
        List<String> words = new ArrayList<>(List.of(
                "env",
                "LD_PRELOAD=" + library,
                "FAKETIME_TIMESTAMP_FILE=" + offset,
                "FAKETIME_CACHE_DURATION=1",
                "FAKETIME_DONT_FAKE_MONOTONIC=1",
                // with the fix, the JVM's timed waits end at once
                "FAKETIME_FORCE_MONOTONIC_FIX=0"));
        words.addAll(command);
        return words;
    }

    /** Sets how far the clock is ahead; a running process has it within a second. */
    void set(int seconds) {
        try {
            Path next =
                    Files.writeString(offset.resolveSibling(offset.getFileName() + ".next"), "%+d".formatted(seconds));
            Files.move(next, offset, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
