package io.firstline.testkit;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests that share one Vert.x on {@link Loops#NATIVE}. Such classes must not run at the same time. */
public abstract class OnNativeLoops {
    protected static Vertx vertx;

    @BeforeAll
    static void startLoops() {
        vertx = Loops.NATIVE.vertx();
    }

    @AfterAll
    static void stopLoops() {
        Await.result(vertx.close());
    }
}
