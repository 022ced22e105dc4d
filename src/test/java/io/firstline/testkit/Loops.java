package io.firstline.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

/** The two ways a socket is read here: what an error looks like depends on it. */
public enum Loops {
    /** The JDK's selectors. */
    NIO(false),
    /** Linux' epoll, where it loads; elsewhere the same as {@link #NIO}. */
    NATIVE(true);

    private final boolean preferNative;

    Loops(boolean preferNative) {
        this.preferNative = preferNative;
    }

    /** A Vert.x of this kind; the caller closes it. */
    public Vertx vertx() {
        return Vertx.vertx(
                new VertxOptions().setPreferNativeTransport(preferNative).setEventLoopPoolSize(2));
    }
}
