package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import java.util.List;

/**
 * How a connection begins, before the first request. Immutable; checked in the constructor.
 *
 * @param onConnect text messages that are sent at once, with {@code ${id}}, {@code ${time}} and {@code ${timeMs}}
 * @param ready how to recognise the message that requests wait for
 * @param readyMs the longest wait for it; without {@code ready}, a pause; milliseconds, 0 = none
 * @param login sent before all of these
 */
public record Opening(List<String> onConnect, MessageSigns ready, int readyMs, Login login) {
    public static final int DEFAULT_READY_MS = 5_000;
    public static final Opening NONE = new Opening(List.of(), MessageSigns.NONE, 0, Login.NONE);

    private static final int MAX_MESSAGES = 16;
    private static final int MAX_READY_MS = 30_000;

    public Opening {
        onConnect = List.copyOf(onConnect);
        Checks checks = new Checks()
                .require(
                        onConnect.size() <= MAX_MESSAGES && onConnect.stream().noneMatch(String::isEmpty),
                        "onConnect",
                        onConnect.size() + " messages, or an empty one",
                        "at most " + MAX_MESSAGES + " text messages")
                .range("readyMs", readyMs, ready.isNone() ? 0 : 1, MAX_READY_MS);
        for (int i = 0; i < onConnect.size(); i++) {
            TemplateText.check(checks, "onConnect/" + i, onConnect.get(i));
        }
        checks.throwIfAny("opening");
    }

    /** A connection without a login. */
    public Opening(List<String> onConnect, MessageSigns ready, int readyMs) {
        this(onConnect, ready, readyMs, Login.NONE);
    }

    /** Returns whether requests wait until the server is ready; a login has waited for it. */
    public boolean waits() {
        return readyMs > 0 && login.isNone();
    }

    /** Returns the message at an index, to be sent now. */
    public String message(int index, long id, long epochMs) {
        return TemplateText.filled(onConnect.get(index), id, epochMs);
    }
}
