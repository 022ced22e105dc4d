package io.firstline.connection;

/** Where a connection stands. The order and the codes are part of the contract; {@link #CLOSED} is never left. */
public enum ConnectionState {
    /** Not opened yet, or dropped by the other side or the network. */
    DISCONNECTED(0),
    /** TCP, TLS or the upgrade is under way. */
    CONNECTING(1),
    /** The upgrade succeeded: messages flow both ways. */
    CONNECTED(2),
    /** Closed by us, for good. */
    CLOSED(3);

    private final int code;

    ConnectionState(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** The table of legal transitions. */
    public boolean canBecome(ConnectionState next) {
        return switch (this) {
            case DISCONNECTED -> next == CONNECTING || next == CLOSED;
            case CONNECTING -> next == CONNECTED || next == DISCONNECTED || next == CLOSED;
            case CONNECTED -> next == DISCONNECTED || next == CLOSED;
            case CLOSED -> false;
        };
    }

    /**
     * The state after a transition.
     *
     * @throws IllegalStateException if the table does not allow it
     */
    public ConnectionState become(ConnectionState next) {
        if (!canBecome(next)) {
            throw new IllegalStateException("a connection cannot go from " + this + " to " + next);
        }
        return next;
    }
}
