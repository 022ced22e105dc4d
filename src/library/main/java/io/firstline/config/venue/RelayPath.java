package io.firstline.config.venue;

import io.firstline.config.check.Checks;
import io.firstline.config.check.JsonText;
import io.firstline.config.check.ProblemText;

/**
 * A path at which clients of a relay find a venue's protocol. Immutable; checked in the constructor.
 *
 * @param path begins with a slash
 * @param streams where a client names streams when it connects
 * @param match a regular expression that is found in the names of streams, so that others are ignored there; null = any
 * @param payload JSON pointer to the part of a message that clients get; empty = the whole message
 */
public record RelayPath(String path, Streams streams, String match, String payload) {
    /** The place in a URL in which a client names streams. */
    public enum Streams {
        /** Nowhere: it subscribes by requests only. */
        NONE,
        /** In the rest of the path, with slashes between them. */
        PATH,
        /** In the parameter {@code streams}, with slashes between them. */
        QUERY
    }

    public RelayPath {
        match = match == null ? "" : match;
        payload = payload == null ? "" : payload;
        StreamClass.compiled(match); // reports a wrong expression
        new Checks()
                .require(path.startsWith("/"), "", ProblemText.quoted(path), "a path such as /ws")
                .require(
                        JsonText.isPointer(payload) && !payload.contains("/-") && !payload.contains("/?"),
                        "payload",
                        ProblemText.quoted(payload),
                        "a JSON pointer such as /data")
                .throwIfAny("relay");
    }
}
