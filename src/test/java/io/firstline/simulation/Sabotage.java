package io.firstline.simulation;

import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Clockwork;
import io.firstline.connection.Connector;

/** What comes between the pool and its world, to see whether the judge notices. */
interface Sabotage {
    /** Nothing. */
    Sabotage NONE = new Sabotage() {};

    default Clockwork clockwork(Clockwork real) {
        return real;
    }

    default Connector connector(Connector real) {
        return real;
    }

    /** What the pool is told; the judge goes by the real one. */
    default WsPoolConfig config(WsPoolConfig real) {
        return real;
    }
}
