package io.firstline.service;

import io.firstline.config.service.ServiceConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies changes of the configuration files to the running service; the package documentation describes how. Reads
 * the files twice a second, off the event loops, and not while a change is being applied.
 */
final class ConfigWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);
    private static final long LOOK_MS = 500;

    private final Vertx vertx;
    private final Context context;
    private final Path file;
    private final ChangeDebouncer settling;
    private final Callable<ServiceConfig> read;
    private final Function<ServiceConfig, Future<?>> apply;
    /** The last reported state of a file that is mounted by itself. */
    private volatile MountedFile.State mount = MountedFile.State.NONE;
    /** The change in progress; changes are applied one after the other. */
    private Future<?> making = Future.succeededFuture();

    private volatile boolean closed;

    /**
     * Creates a watch that is not started.
     *
     * @param file null = the default file
     * @param known fingerprint of the files before the running configuration was read
     * @param read reads and checks the configuration as at start-up; may block
     * @param apply applies a configuration to the running service
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
        this.settling = new ChangeDebouncer(known);
        this.read = read;
        this.apply = apply;
    }

    void start() {
        context.executeBlocking(this::lookAtMount).onComplete(done -> lookLater());
    }

    /** Reports a mount that cannot be followed, once. */
    private Object lookAtMount() {
        MountedFile.State now = MountedFile.of(ConfigFiles.file(file));
        if (now != mount) {
            mount = now;
            if (now == MountedFile.State.MOUNTED) {
                LOG.info(
                        "{} is mounted as a single file: changes written in place are applied, a file that replaces it is not seen;"
                                + " mount its folder instead",
                        ConfigFiles.file(file));
            } else if (now == MountedFile.State.REPLACED) {
                LOG.warn(
                        "{} was replaced outside the container, the new file is not visible here: restart to read it, or mount its folder",
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
        if (closed) {
            return;
        }
        vertx.setTimer(LOOK_MS, id -> {
            if (!closed) { // otherwise Vert.x is closing, and its workers reject tasks
                context.executeBlocking(this::look)
                        .compose(now -> settling.isNews(now) ? inTurn() : Future.succeededFuture())
                        .onComplete(done -> lookLater());
            }
        });
    }

    /** Applies the files as they are now, changed or not. May be called on any thread. */
    void reload() {
        context.runOnContext(v -> {
            if (!closed) {
                LOG.info("{}: reloading, as requested", ConfigFiles.file(file));
                inTurn().onSuccess(done -> LOG.info("{}: reloaded", ConfigFiles.file(file)));
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
                        "{}: new configuration rejected, the running one continues: {}",
                        ConfigFiles.file(file),
                        e.getMessage()));
    }

    @Override
    public void close() {
        closed = true;
    }
}
