package io.firstline.recording;

import java.nio.file.Path;

/** A recording is unreadable. Names the file, the line and the problem. */
public final class RecordingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int lineNumber;

    /** A problem in this line (from 1), or in the file as a whole (0). */
    public RecordingException(Path file, int lineNumber, String problem, Throwable cause) {
        super("recording " + file + (lineNumber > 0 ? ", line " + lineNumber : "") + ": " + problem, cause);
        this.file = file.toString();
        this.lineNumber = lineNumber;
    }

    /** The unreadable file. */
    public String file() {
        return file;
    }

    /** The line, counted from 1; 0 = the file as a whole. */
    public int lineNumber() {
        return lineNumber;
    }
}
