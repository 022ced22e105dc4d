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

/** Where files are made; a test has one that is full. */
@FunctionalInterface
interface Disk {
    /** Makes files that only their owner may read: what a venue sends may be private. */
    Disk REAL = Disk::createPrivate;

    private static OutputStream createPrivate(Path file) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            FileAttribute<?> owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            return Channels.newOutputStream(Files.newByteChannel(file, options, owner));
        }
        return Files.newOutputStream(file, options.toArray(StandardOpenOption[]::new));
    }

    /** A new file; one that is there already is an error. */
    OutputStream create(Path file) throws IOException;
}
