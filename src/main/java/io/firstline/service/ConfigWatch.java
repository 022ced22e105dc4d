package io.firstline.service;

import io.firstline.config.ServiceConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a configuration's files over into the running service when they change; see the package for how. Looks twice a second, off the
 * event loops; while one change is being made it does not look for the next.
 */
final class ConfigWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);
    private static final long LOOK_MS = 500;

    private final Vertx vertx;
    private final Context context;
    private final Path file;
    private final Settling settling;
    private final Callable<ServiceConfig> read;
    private final Function<ServiceConfig, Future<?>> apply;
    private volatile boolean closed;

    /**
     * Does not look yet.
     *
     * @param file null = the default one
     * @param known the files' fingerprint before they were read for what runs now
     * @param read reads and checks as at the start; may block
     * @param apply makes it run
     */
    ConfigWatch(
            Vertx vertx,
            Path file,
            String known,
            Callable<ServiceConfig> read,
            Function<ServiceConfig, Future<?>> apply) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.file = file;
        this.settling = new Settling(known);
        this.read = read;
        this.apply = apply;
    }

    void start() {
        context.runOnContext(v -> lookLater());
    }

    private void lookLater() {
        if (!closed) {
            vertx.setTimer(LOOK_MS, id -> context.executeBlocking(() -> ConfigFiles.fingerprint(file))
                    .compose(now -> settling.isNews(now) ? take() : Future.succeededFuture())
                    .onComplete(done -> lookLater()));
        }
    }

    private Future<?> take() {
        return context.executeBlocking(read)
                .<Object>compose(config -> apply.apply(config).mapEmpty())
                .onFailure(e -> LOG.error(
                        "{} is refused, the configuration that runs goes on: {}",
                        ConfigFiles.file(file),
                        e.getMessage()));
    }

    @Override
    public void close() {
        closed = true;
    }
}
