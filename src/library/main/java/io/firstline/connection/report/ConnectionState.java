package io.firstline.connection.report;

/** The state of a connection. The order is part of the contract; {@link #CLOSED} is final. */
public enum ConnectionState {
    /** Not opened yet, or dropped by the peer or the network. */
    DISCONNECTED,
    /** TCP, TLS or the upgrade is under way. */
    CONNECTING,
    /** The upgrade has succeeded: messages flow in both directions. */
    CONNECTED,
    /** Closed by us, for good. */
    CLOSED;

    /** Whether a transition is legal. */
    boolean canBecome(ConnectionState next) {
        return switch (this) {
            case DISCONNECTED -> next == CONNECTING || next == CLOSED;
            case CONNECTING -> next == CONNECTED || next == DISCONNECTED || next == CLOSED;
            case CONNECTED -> next == DISCONNECTED || next == CLOSED;
            case CLOSED -> false;
        };
    }

    /**
     * Returns the next state.
     *
     * @throws IllegalStateException if the transition is illegal
     */
    public ConnectionState become(ConnectionState next) {
        if (!canBecome(next)) {
            throw new IllegalStateException("a connection cannot go from " + this + " to " + next);
        }
        return next;
    }
}
