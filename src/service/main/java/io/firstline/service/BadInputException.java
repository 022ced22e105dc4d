package io.firstline.service;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The user asked for something that is not possible; the message says what was found and what is allowed. */
final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadInputException(String message) {
        super(message);
    }

    /** A place in the file system, given as the named argument, cannot be written to. */
    static BadInputException notWritable(String argument, Path place, IOException cause) {
        return new BadInputException(argument + ": found " + place + ", which cannot be written to (" + reason(cause)
                + "), allowed: a place that can");
    }

    private static String reason(IOException cause) {
        if (cause instanceof FileAlreadyExistsException) {
            return "it is not a folder";
        } else if (cause instanceof NoSuchFileException) {
            return "its folder does not exist";
        } else if (cause instanceof AccessDeniedException) {
            return "access denied";
        }
        return cause instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : cause.getMessage();
    }
}
