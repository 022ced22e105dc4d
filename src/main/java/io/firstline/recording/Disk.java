package io.firstline.recording;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where files are made; a test has one that is full. */
@FunctionalInterface
interface Disk {
    Disk REAL = file -> Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    /** A new file; one that is there already is an error. */
    OutputStream create(Path file) throws IOException;
}
