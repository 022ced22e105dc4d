package io.firstline.service;

/** The user asked for something that cannot be; the message says what was found and what is allowed. */
final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadInputException(String message) {
        super(message);
    }
}
