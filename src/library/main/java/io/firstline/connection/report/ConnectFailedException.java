package io.firstline.connection.report;

/** An attempt to connect failed. */
public final class ConnectFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Disconnect end;
    private final long pauseMs;

    /**
     * An attempt failed.
     *
     * @param pauseMs the pause that the host demands, milliseconds; 0 = none
     */
    public ConnectFailedException(Disconnect end, long pauseMs, Throwable cause) {
        super(end.toString(), cause);
        this.end = end;
        this.pauseMs = pauseMs;
    }

    /** The reason. */
    public Disconnect end() {
        return end;
    }

    /** The pause that the host demands, milliseconds; 0 = none. */
    public long pauseMs() {
        return pauseMs;
    }
}
