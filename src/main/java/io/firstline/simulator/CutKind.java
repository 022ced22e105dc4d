package io.firstline.simulator;

/** How a connection is cut, and so what its client sees. */
public enum CutKind {
    /** A close frame with code 1000, then the TCP connection closes: the client sees 1000. */
    CLOSE,
    /** TCP reset without a close frame: the client sees an error and 1006. */
    RESET,
    /** TCP closes in good order, but without a close frame: the client sees 1006. */
    FIN
}
