package io.firstline.simulation;

import io.firstline.config.WsPoolConfig;
import io.firstline.connection.Connector;
import io.firstline.connection.Scheduler;

/** A fault between the pool and its world, to test whether the judge notices it. */
interface Sabotage {
    /** No fault. */
    Sabotage NONE = new Sabotage() {};

    default Scheduler scheduler(Scheduler real) {
        return real;
    }

    default Connector connector(Connector real) {
        return real;
    }

    /** The configuration that the pool gets; the judge uses the real one. */
    default WsPoolConfig config(WsPoolConfig real) {
        return real;
    }
}
