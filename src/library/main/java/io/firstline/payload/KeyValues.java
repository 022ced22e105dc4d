package io.firstline.payload;

/**
 * The values of one message at the pointers of its {@link KeyReader}, by the number of the pointer. They are read
 * lazily from the message's bytes, so these must not change before that.
 */
public final class KeyValues {
    private final Scalar[] scalars;

    KeyValues(Scalar[] scalars) {
        this.scalars = scalars;
    }

    /** Whether there is a string, a number, true or false at the pointer. */
    public boolean isPresent(int pointer) {
        return scalars[pointer].isPresent();
    }

    /** Whether there is one of them, or an object or array if the pointer takes them. */
    public boolean isAny(int pointer) {
        return scalars[pointer].isAny();
    }

    /** Whether there is a null at the pointer. */
    public boolean isNull(int pointer) {
        return scalars[pointer].isNull();
    }

    /**
     * The 64-bit hash (XXH3) of the value; 0 if absent, never 0 otherwise. Strings are hashed with their escapes
     * resolved, numbers as written (1.0 is not 1). The string "5" and the number 5 have different hashes.
     */
    public long hash(int pointer) {
        return scalars[pointer].hash();
    }

    /**
     * The same hash, also for an object or array if its pointer takes them: that of its bytes as written. 0 if absent
     * or null, never 0 otherwise.
     */
    public long contentHash(int pointer) {
        return scalars[pointer].contentHash();
    }

    /** The position of the first byte of a value, and of an object or array if its pointer takes them. */
    public int from(int pointer) {
        return scalars[pointer].from();
    }

    /** The position behind its last byte; equal to {@link #from} if there is none. */
    public int to(int pointer) {
        return scalars[pointer].to();
    }

    /** The number of bytes of the value as written, without quotes; 0 if absent. */
    public int length(int pointer) {
        return scalars[pointer].length();
    }

    /**
     * Whether the value is an integer that fits a long: a number without point and exponent, or a string of digits with
     * an optional minus. Leading zeros are allowed in a string.
     */
    public boolean isLong(int pointer) {
        return scalars[pointer].isLong();
    }

    /**
     * The integer at the pointer.
     *
     * @throws IllegalStateException unless {@link #isLong} returns true
     */
    public long asLong(int pointer) {
        return scalars[pointer].asLong();
    }

    /** Whether the value is a string that begins with these bytes, its escapes resolved. */
    public boolean startsWith(int pointer, byte[] utf8) {
        return scalars[pointer].startsWith(utf8);
    }

    /** The text of the value in the message, a string with its quotes; null if absent. Allocates. */
    public String json(int pointer) {
        return scalars[pointer].json();
    }

    /**
     * The string with its escapes resolved, or the number, {@code true} or {@code false} as written; null if absent.
     * Invalid UTF-8 becomes U+FFFD. Allocates, so call it only when a name is seen for the first time.
     */
    public String text(int pointer) {
        return scalars[pointer].text();
    }
}
