package io.firstline.connection;

/** A connection could not be made. */
public final class ConnectFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Disconnect end;

    ConnectFailedException(Disconnect end, Throwable cause) {
        super(end.toString(), cause);
        this.end = end;
    }

    public Disconnect end() {
        return end;
    }
}
