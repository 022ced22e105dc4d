package io.firstline.relay.dialect;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Percent-encoded names in URLs. */
public final class PercentEncoding {
    private PercentEncoding() {}

    /**
     * Returns the name that a text encodes.
     *
     * @throws IllegalArgumentException if it is not encoded correctly
     */
    public static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "streams: found " + text
                            + ", allowed: percent-encoded names, with two hexadecimal digits after each %",
                    e);
        }
    }
}
