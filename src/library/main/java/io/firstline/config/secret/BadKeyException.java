package io.firstline.config.secret;

/** A secret is no key for its algorithm. Tells what was found and what is allowed, never the secret. */
public final class BadKeyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String allowed;

    BadKeyException(String found, String allowed) {
        super(found);
        this.allowed = allowed;
    }

    /** Describes what the secret holds instead. */
    public String found() {
        return getMessage();
    }

    /** Describes what the algorithm needs. */
    public String allowed() {
        return allowed;
    }
}
