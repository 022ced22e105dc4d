package io.firstline.feed;

import io.firstline.config.secret.Signer;
import io.firstline.connection.Scheduler;
import io.firstline.connection.report.ConnectFailedException;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.Disconnect.Cause;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Holds back a feed whose login was refused. While it does, it reads the secrets once a second: a changed one ends the
 * pause at once. Runs on the feed's context.
 */
final class LoginGuard {
    private static final int LOOK_MS = 1_000;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    /** How many connections in a row the server must end after an error message. */
    private static final int EVIDENT = 3;
    /** A connection that lived longer shows that the server accepts it. */
    private static final long BRIEF_MS = 60_000;

    private final Scheduler scheduler;
    /** Reads the secrets. */
    private final Supplier<Future<Signer>> secrets;
    /** The secrets of the last attempt. */
    private final Supplier<Signer> used;

    private final Runnable tryNow;
    private final LoginCircuit circuit = new LoginCircuit();
    private Throwable refusal;
    private int endings;
    /** When the last of these ended. */
    private long endedNanos;

    private long timer = -1;

    /** Creates a guard; {@code tryNow} begins the attempts that wait. */
    LoginGuard(Scheduler scheduler, Supplier<Future<Signer>> secrets, Supplier<Signer> used, Runnable tryNow) {
        this.scheduler = scheduler;
        this.secrets = secrets;
        this.used = used;
        this.tryNow = tryNow;
    }

    /** Returns how long an attempt must wait, milliseconds; 0 = it may begin. */
    long waitMs() {
        return circuit.waitMs(scheduler.nowNanos());
    }

    /** An attempt that need not wait begins. */
    void tries() {
        circuit.tries(scheduler.nowNanos());
    }

    /** Returns the last refusal of a login; null = there was none. */
    Throwable refusal() {
        return refusal;
    }

    /**
     * The server has ended a connection that was logged in. Several such ends in a row, each shortly after an error
     * message, amount to a refused login: for example, another client uses the account. Ends of connections that were
     * open together count once: a server that restarts ends them all.
     *
     * @param error the server's words in that message; null = there was none
     * @return the refusal; null = none
     */
    Throwable ended(String error, long ageMs) {
        long nowNanos = scheduler.nowNanos();
        if (error == null || ageMs >= BRIEF_MS || used.get().hasNoSecrets()) {
            endings = 0;
            return null;
        }
        long openedNanos = nowNanos - TimeUnit.MILLISECONDS.toNanos(ageMs);
        if (endings > 0 && openedNanos - endedNanos < 0) {
            return null;
        }
        endings++;
        endedNanos = nowNanos;
        return endings < EVIDENT
                ? null
                : new ConnectFailedException(
                        new Disconnect(
                                Cause.LOGIN_REFUSED,
                                0,
                                "the server ended " + endings + " connections in a row after the login: " + error),
                        0,
                        null);
    }

    /** An attempt failed; returns the pause that begins, milliseconds, 0 = none. */
    long failed(Throwable failure) {
        if (!isRefusal(failure)) {
            circuit.undecided();
            return 0;
        }
        refusal = failure;
        long pauseMs = circuit.refused(scheduler.nowNanos());
        if (pauseMs > 0 && timer == -1) {
            timer = scheduler.every(LOOK_MS, this::look);
        }
        return pauseMs;
    }

    /** Returns whether the server does not accept who we say we are. */
    private boolean isRefusal(Throwable failure) {
        if (!(failure instanceof ConnectFailedException known)) {
            return false;
        }
        Disconnect end = known.end();
        boolean signed = !used.get().hasNoSecrets();
        return end.cause() == Cause.LOGIN_REFUSED
                || (signed
                        && (end.cause() == Cause.HTTP || end.cause() == Cause.ENDPOINT)
                        && (end.code() == UNAUTHORIZED || end.code() == FORBIDDEN));
    }

    private void look() {
        Signer refused = used.get();
        secrets.get().onSuccess(now -> {
            if (circuit.isOpen() && !now.hasSameSecrets(refused)) {
                end();
            }
        });
    }

    /** The login was accepted, or may be tried again. */
    void end() {
        if (stop()) {
            tryNow.run();
        }
    }

    /** The feed is closed: its next start may try at once. Returns whether attempts were waiting. */
    boolean stop() {
        scheduler.cancel(timer);
        timer = -1;
        return circuit.close();
    }
}
