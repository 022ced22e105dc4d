package io.firstline.config.secret;

import io.firstline.config.check.SecretFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a secret: an environment variable, whose value a process cannot change, or a file, which is read again for
 * each attempt. Immutable; its text shows the place only.
 */
public final class SecretReference {
    /** The forms of a reference, for people. */
    public static final String ALLOWED =
            "${NAME} or ${file:/path}: secrets come from the environment or from files that only their owner and group"
                    + " may read";

    /** Stands for a wrong reference while the rest of a configuration is checked. */
    public static final SecretReference UNKNOWN = new SecretReference("", null, null, "");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final Pattern FILE = Pattern.compile("\\$\\{file:([^}]+)}");

    private final String text;
    private final Path directory;
    /** Null = a variable. */
    private final String file;

    private final String value;

    private SecretReference(String text, Path directory, String file, String value) {
        this.text = text;
        this.directory = directory;
        this.file = file;
        this.value = value;
    }

    /**
     * Reads a reference.
     *
     * @param directory base of a relative path; null = the working directory
     * @param environment returns the value of a variable, null if not set
     * @throws IOException if it is none, or its variable is not set; the message is a clause about the reference, such
     *     as {@code "${KEY}, which is not set"}, and shows no secret
     */
    public static SecretReference of(String text, Path directory, UnaryOperator<String> environment)
            throws IOException {
        Matcher file = FILE.matcher(text);
        if (file.matches()) {
            return new SecretReference(text, directory, file.group(1), null);
        }
        Matcher variable = VARIABLE.matcher(text);
        if (!variable.matches()) {
            throw new IOException("a text that is no reference");
        }
        String value = environment.apply(variable.group(1));
        if (value == null || value.isBlank()) {
            throw new IOException(text + ", which is " + (value == null ? "not set" : "empty"));
        }
        return new SecretReference(text, null, null, value.strip());
    }

    /**
     * The secret. May read a file, so not for an event loop.
     *
     * @throws IOException with a message as in {@link #of}
     */
    public String read() throws IOException {
        if (file == null) {
            return value;
        }
        String content;
        try {
            content = SecretFile.readPrivate(file, directory).strip();
        } catch (IOException e) {
            throw new IOException(text + ", which " + e.getMessage(), e);
        }
        if (content.isEmpty()) {
            throw new IOException(text + ", which is empty");
        }
        return content;
    }

    /** Whether its value may change while the process runs. */
    public boolean mayChange() {
        return file != null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretReference reference
                && text.equals(reference.text)
                && String.valueOf(directory).equals(String.valueOf(reference.directory))
                && String.valueOf(value).equals(String.valueOf(reference.value));
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
