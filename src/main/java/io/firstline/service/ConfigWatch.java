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
    /** Whether the file is mounted by itself, as last said. */
    private volatile MountedFile.State mount = MountedFile.State.NONE;
    /** What is being made now: one after the other. */
    private Future<?> making = Future.succeededFuture();

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
        context.executeBlocking(this::lookAtMount).onComplete(done -> lookLater());
    }

    /** Says what cannot be followed, once. */
    private Object lookAtMount() {
        MountedFile.State now = MountedFile.of(ConfigFiles.file(file));
        if (now != mount) {
            mount = now;
            if (now == MountedFile.State.MOUNTED) {
                LOG.info(
                        "{} is mounted as a single file: it is followed when it is written in place, not when another file takes its name;"
                                + " mount its folder for that",
                        ConfigFiles.file(file));
            } else if (now == MountedFile.State.REPLACED) {
                LOG.warn(
                        "{} was replaced where it is mounted from, which cannot be seen here: restart to read the new one, or mount its folder",
                        ConfigFiles.file(file));
            }
        }
        return now;
    }

    private String look() {
        if (mount == MountedFile.State.MOUNTED) {
            lookAtMount();
        }
        return ConfigFiles.fingerprint(file);
    }

    private void lookLater() {
        if (!closed) {
            vertx.setTimer(LOOK_MS, id -> context.executeBlocking(this::look)
                    .compose(now -> settling.isNews(now) ? inTurn() : Future.succeededFuture())
                    .onComplete(done -> lookLater()));
        }
    }

    /** Takes the files as they are now, changed or not. For any thread. */
    void reload() {
        context.runOnContext(v -> {
            if (!closed) {
                LOG.info("{} is read again, as asked", ConfigFiles.file(file));
                inTurn().onSuccess(done -> LOG.info("{} runs", ConfigFiles.file(file)));
            }
        });
    }

    private Future<?> inTurn() {
        making = making.transform(before -> closed ? Future.succeededFuture() : take());
        return making;
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
