package io.firstline.config.secret;

/** A secret cannot be read or used. Its texts never show the secret. */
public final class BadSecretException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final String found;
    private final String allowed;

    BadSecretException(String name, String found, String allowed) {
        super("the secret " + name + ": found " + found + "; allowed: " + allowed);
        this.name = name;
        this.found = found;
        this.allowed = allowed;
    }

    /** The name of the secret. */
    public String name() {
        return name;
    }

    /** Describes what was found. */
    public String found() {
        return found;
    }

    /** Describes what is allowed. */
    public String allowed() {
        return allowed;
    }
}
