package io.firstline.simulator;

/** How a connection is cut, which decides what its client sees. */
public enum CutKind {
    /** A close frame with code 1000, then the TCP connection closes: the client sees 1000. */
    CLOSE,
    /** TCP reset without a close frame: the client sees an error and 1006. */
    RESET,
    /** An orderly TCP close without a close frame: the client sees 1006. */
    FIN
}
