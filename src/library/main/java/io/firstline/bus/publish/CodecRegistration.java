package io.firstline.bus.publish;

import io.firstline.bus.FeedMessageCodec;
import io.vertx.core.Deployable;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.VerticleFactory;
import java.util.concurrent.Callable;

/**
 * Registers {@link FeedMessageCodec} with every Vert.x that finds Firstline on its class path, so that a plain
 * consumer of {@link io.firstline.stream.FeedMessage} works on any node. Otherwise Vert.x drops messages of a type
 * that the receiving node does not know. A verticle factory is the only service that Vert.x calls when an instance is
 * created; this one creates no verticle.
 */
public final class CodecRegistration implements VerticleFactory {
    /** Called by the service loader. */
    public CodecRegistration() {}

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
                "found " + name + ", allowed: the name of a class, such as " + "io.firstline.deploy.PoolVerticle"));
    }
}
