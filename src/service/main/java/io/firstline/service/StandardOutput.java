package io.firstline.service;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard output, which remembers its first failure: a {@link java.io.PrintWriter} reports none, so a full disk would go
 * unnoticed. Thread-safe.
 */
final class StandardOutput extends FilterOutputStream {
    private volatile IOException failure;

    StandardOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        try {
            out.write(bytes, from, length);
        } catch (IOException e) {
            throw remembered(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw remembered(e);
        }
    }

    private synchronized IOException remembered(IOException e) {
        failure = failure == null ? e : failure;
        return failure;
    }

    /** Returns the first failure, or null. */
    IOException failure() {
        return failure;
    }

    /** Whether the reader has stopped on purpose, as in {@code firstline venues | head -3}. */
    static boolean isClosedByReader(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("Broken pipe");
    }
}
