package io.firstline.connection;

import io.firstline.connection.report.Disconnect;

/** A connection could not prove who it is. Its texts hold no secret. */
final class LoginFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Disconnect end;

    LoginFailedException(Disconnect end) {
        super(end.toString());
        this.end = end;
    }

    Disconnect end() {
        return end;
    }
}
