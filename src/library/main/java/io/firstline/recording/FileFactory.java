package io.firstline.recording;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Creates files; a test replaces it by a full disk. */
@FunctionalInterface
interface FileFactory {
    /** Creates files that only their owner may read: venue data may be private. */
    FileFactory REAL = FileFactory::createPrivate;

    private static OutputStream createPrivate(Path file) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            FileAttribute<?> owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            return Channels.newOutputStream(Files.newByteChannel(file, options, owner));
        }
        return Files.newOutputStream(file, options.toArray(StandardOpenOption[]::new));
    }

    /** Creates a file; fails if it exists. */
    OutputStream create(Path file) throws IOException;
}
