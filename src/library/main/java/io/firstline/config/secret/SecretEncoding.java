package io.firstline.config.secret;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** How a text stands for bytes. */
public enum SecretEncoding {
    /** The bytes of the text in UTF-8. */
    TEXT,
    HEX,
    BASE64;

    /** Returns the bytes; fails with an {@link IllegalArgumentException} that may quote the text. */
    byte[] bytes(String text) {
        return switch (this) {
            case TEXT -> text.getBytes(StandardCharsets.UTF_8);
            case HEX -> HexFormat.of().parseHex(text.strip());
            case BASE64 -> Base64.getDecoder().decode(text.strip());
        };
    }

    /** Returns the text of bytes; there is none for {@link #TEXT}. */
    String text(byte[] bytes) {
        return this == HEX
                ? HexFormat.of().formatHex(bytes)
                : Base64.getEncoder().encodeToString(bytes);
    }
}
