package io.firstline.config.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** Reads a secret from a file that an orchestrator has written. */
public final class SecretFile {
    public static final int MAX_BYTES = 65_536;

    private SecretFile() {}

    /**
     * The text of a file without the line breaks at its end. Opens regular files only, because reading a pipe could
     * block forever.
     *
     * @param directory base of a relative path; null = the working directory
     * @throws IOException with a message that is a clause such as {@code "does not exist"}
     */
    public static String read(String name, Path directory) throws IOException {
        Path file = resolved(name, directory);
        if (!Files.exists(file)) {
            throw new IOException("does not exist");
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("is not a regular file");
        }
        if (!Files.isReadable(file)) {
            throw new IOException("may not be read by this process");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException("is longer than " + MAX_BYTES + " bytes");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.replaceFirst("[\\r\\n]+$", "");
        } catch (CharacterCodingException e) {
            throw new IOException("is not UTF-8 text", e);
        }
    }

    /**
     * The same, for a secret that proves who the user is: rejects a file that everybody on this machine may read.
     *
     * @throws IOException as {@link #read}
     */
    public static String readPrivate(String name, Path directory) throws IOException {
        Path file = resolved(name, directory);
        boolean posix = Files.getFileStore(existing(file)).supportsFileAttributeView("posix");
        if (posix && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
            throw new IOException("others may read (its mode must be 0600 or 0640)");
        }
        return read(name, directory);
    }

    private static Path existing(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("does not exist");
        }
        return file;
    }

    private static Path resolved(String name, Path directory) throws IOException {
        try {
            return directory == null ? Path.of(name) : directory.resolve(name);
        } catch (InvalidPathException e) {
            throw new IOException("is not a file path", e);
        }
    }
}
