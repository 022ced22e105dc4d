package io.firstline.bus;

import io.vertx.core.Deployable;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.VerticleFactory;
import java.util.concurrent.Callable;

/**
 * Registers {@link FeedMessageCodec} with every Vert.x that finds Firstline on its class path, so that a plain consumer of
 * {@link io.firstline.stream.FeedMessage} works on any node: Vert.x drops a message in a form that the receiving node does not know. Vert.x
 * makes factories of verticles known to each instance when it is made, and nothing else; this one makes no verticle.
 */
public final class CodecRegistration implements VerticleFactory {
    @Override
    public String prefix() {
        return "firstline-codec";
    }

    @Override
    public void init(Vertx vertx) {
        FeedMessageCodec.register(vertx);
    }

    @Override
    public void createVerticle2(String name, ClassLoader classLoader, Promise<Callable<? extends Deployable>> promise) {
        promise.fail(new IllegalArgumentException(
                "found " + name + ", allowed: the name of a class, such as " + PoolVerticle.class.getName()));
    }
}
