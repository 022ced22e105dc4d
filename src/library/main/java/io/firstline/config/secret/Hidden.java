package io.firstline.config.secret;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Texts that nobody may see, for example in a server's words. Immutable; its own text shows nothing. */
public final class Hidden {
    public static final Hidden NONE = new Hidden(List.of());

    public static final String MASK = "***";
    /** Shorter texts are no secrets; masking them would make a text unreadable. */
    private static final int SHORTEST = 6;

    private final List<String> texts;

    private Hidden(List<String> texts) {
        this.texts = texts;
    }

    /** Hides these texts, and their forms in a URL, in JSON and in Base64. */
    public static Hidden of(Collection<String> secrets) {
        return new Hidden(secrets.stream()
                .filter(Objects::nonNull)
                .map(String::strip)
                .flatMap(secret -> Stream.of(
                        secret, TemplateValues.inUrl(secret), TemplateValues.inJson(secret), inBase64(secret)))
                .filter(text -> text.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    private static String inBase64(String secret) {
        return Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
    }

    /** Hides further texts too. */
    public Hidden and(Collection<String> more) {
        return more.isEmpty()
                ? this
                : of(Stream.concat(texts.stream(), more.stream()).toList());
    }

    public boolean isNone() {
        return texts.isEmpty();
    }

    /** The text with a mask for each hidden text. */
    public String masked(String text) {
        String shown = text;
        for (String secret : texts) {
            shown = shown.replace(secret, MASK);
        }
        return shown;
    }

    /** The same for bytes; returns the same array if nothing is masked. Bytes that are not UTF-8 remain. */
    public byte[] masked(byte[] bytes) {
        // Latin-1 maps every byte to one character and back
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String shown = text;
        for (String secret : texts) {
            shown = shown.replace(
                    new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1), MASK);
        }
        return shown.equals(text) ? bytes : shown.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hidden hidden && texts.equals(hidden.texts);
    }

    @Override
    public int hashCode() {
        return texts.hashCode();
    }

    @Override
    public String toString() {
        return texts.isEmpty() ? "nothing" : MASK;
    }
}
