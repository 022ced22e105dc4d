package io.firstline.connection;

import io.vertx.core.http.UpgradeRejectedException;
import java.time.Instant;

/** An attempt to connect failed. */
public final class ConnectFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Disconnect end;
    private final long pauseMs;

    ConnectFailedException(Disconnect end, Throwable cause) {
        super(end.toString(), cause);
        this.end = end;
        this.pauseMs = pauseMs(cause);
    }

    private static long pauseMs(Throwable cause) {
        if (cause instanceof RestFailedException rest) {
            return rest.pauseMs();
        }
        return cause instanceof UpgradeRejectedException rejected
                ? RetryAfter.pauseMs(rejected.getStatus(), rejected.getHeaders().get("Retry-After"), Instant.now())
                : 0;
    }

    public Disconnect end() {
        return end;
    }

    /** The pause that the host demands, milliseconds; 0 = none. */
    public long pauseMs() {
        return pauseMs;
    }
}
